"""Plain words for what a validator found; never the validator's own, which may repeat what was typed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,60}\Z")

_SENTENCES = {
    "missing": "Answer this question.",
    "string_too_short": "Enter at least {min_length} characters.",
    "string_too_long": "Shorten this to {max_length} characters or fewer.",
    "too_short": "Choose at least {min_length}.",
    "too_long": "Choose no more than {max_length}.",
    "literal_error": "Choose one of the answers shown.",
    "enum": "Choose one of the answers shown.",
    "int_parsing": "Enter a whole number.",
    "int_from_float": "Enter a whole number.",
    "int_type": "Enter a whole number.",
    "float_parsing": "Enter a number.",
    "decimal_parsing": "Enter a number.",
    "greater_than": "Enter a number above {gt}.",
    "greater_than_equal": "Enter {ge} or more.",
    "less_than": "Enter a number below {lt}.",
    "less_than_equal": "Enter {le} or less.",
    "date_from_datetime_parsing": "Enter a real date.",
    "date_parsing": "Enter a real date.",
    "bool_parsing": "Answer yes or no.",
    "extra_forbidden": "This field is not known here.",
    "json_invalid": "This is not valid JSON.",
    "string_pattern_mismatch": "Check the format of this answer.",
}


def sentence_for(error: Mapping[str, Any]) -> str:
    """What to tell a person about one pydantic error; a `ValueError` of our own validators speaks for itself."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", "Check this answer."))
    return _SENTENCES.get(kind, "Check this answer.").format(**context)


def field_of(error: Mapping[str, Any]) -> str:
    """The field's dotted name; a name that the sender chose is left out."""
    parts = [part for part in error["loc"] if part not in ("body", "query", "path", "header", "cookie")]
    if error["type"] in ("extra_forbidden", "json_invalid"):
        parts = parts[:-1]
    kept = [str(part) for part in parts if isinstance(part, int) or _NAME.match(str(part))]
    return ".".join(kept)


def problems_in(errors: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Field and sentence of each error."""
    return [(field_of(error), sentence_for(error)) for error in errors]
