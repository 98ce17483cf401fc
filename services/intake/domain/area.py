"""Where somebody lives, never more exactly than the outward half of a postcode."""

import re

_OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?\Z")
_WHOLE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)[0-9][A-Z]{2}\Z")


def outward_code(typed: str) -> str | None:
    """The outward code in what was typed (`TQ13` of `tq13 7hd`), without the inward half; None where there is none."""
    text = typed.strip().upper()
    joined = re.sub(r"[\s.-]+", "", text)
    if whole := _WHOLE.match(joined):
        return whole[1]
    first = re.split(r"[\s.-]+", text)[0] if text else ""
    return next((candidate for candidate in (joined, first) if _OUTWARD.match(candidate)), None)
