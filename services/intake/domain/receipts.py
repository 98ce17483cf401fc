"""The code by which somebody without an account comes back: twenty digits, read and written in groups of four."""

import re
import unicodedata

LENGTH = 20
_SEPARATORS = re.compile(r"[\s.,/\u2010-\u2015-]+")


def receipt_from(secret: bytes) -> str:
    """The receipt that belongs to a keyed hash of at least 16 bytes; the same hash gives the same receipt."""
    if len(secret) < 16:
        raise ValueError("too little to make a receipt of")
    return f"{int.from_bytes(secret, 'big') % 10**LENGTH:0{LENGTH}d}"


def grouped(receipt: str) -> str:
    """The receipt as it is shown: five groups of four digits."""
    return " ".join(receipt[start : start + 4] for start in range(0, LENGTH, 4))


def read_receipt(typed: str) -> str | None:
    """The twenty digits in what was typed, whatever stands between them; None where it cannot be a receipt."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    return digits if len(digits) == LENGTH and digits.isascii() and digits.isdigit() else None
