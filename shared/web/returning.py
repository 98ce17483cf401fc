"""Where somebody may be sent after signing in: only to a page of our own services."""

from collections.abc import Collection
from urllib.parse import urlsplit

from shared.web.requests import origin_of

LONGEST_ADDRESS = 2000


def safe_return(address: str, origins: Collection[str]) -> str | None:
    """The address itself if it is a path on this service or lies on one of `origins`; otherwise None.

    Browsers read a backslash as a slash, drop tabs and line ends, and take `//host` and `user@host` for another host.
    """
    if not address or len(address) > LONGEST_ADDRESS or "\\" in address:
        return None
    if any(character <= " " or character == "\x7f" for character in address):
        return None
    if address.startswith("/"):
        return None if address.startswith("//") else address
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    own = parts.scheme in ("http", "https") and "@" not in parts.netloc and origin_of(address) in origins
    return address if own else None
