"""Rounds contents up to whole blocks before encryption, so that a length does not tell which code was chosen."""

from shared.privacy.errors import CannotOpen

_END = b"\x80"


def pad(content: bytes, block: int) -> bytes:
    """Append one end mark and zeros up to a multiple of `block` bytes (ISO/IEC 7816-4)."""
    marked = content + _END
    return marked + bytes(-len(marked) % block)


def unpad(padded: bytes) -> bytes:
    """The content before the end mark; raises CannotOpen where there is none."""
    content, mark, rest = padded.rpartition(_END)
    if not mark or rest.strip(b"\x00"):
        raise CannotOpen("padding-missing")
    return content
