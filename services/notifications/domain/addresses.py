"""Which network addresses we may call: the public internet, or in demonstrations and tests only this machine."""

import ipaddress
from typing import Literal
from urllib.parse import urlsplit

Reach = Literal["public", "loopback"]
LONGEST_URL = 2000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_within(address: str, reach: Reach) -> bool:
    """Whether an IP address may be called; addresses that hide another one (mapped, 6to4, NAT64) are judged by it."""
    try:
        found = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        hidden = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            hidden = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo is not None:
            return False
        if hidden is not None:
            return is_within(str(hidden), reach)
    if reach == "loopback":
        return found.is_loopback
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def problem_with(url: str, reach: Reach) -> str | None:
    """Why this cannot be a webhook's address, in a sentence; None where it can, as far as its text goes."""
    if len(url) > LONGEST_URL or any(character.isspace() or not character.isprintable() for character in url):
        return "Enter one address, without spaces."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "Enter a full address, such as https://example.org/hooks."
    if not parts.hostname or parts.scheme not in ("https", "http"):
        return "Enter a full address, such as https://example.org/hooks."
    if parts.scheme == "http" and reach == "public":
        return "The address must begin with https://."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "Leave out user names, passwords and anything after #."
    if port == 0:
        return "This port cannot be called."
    return _problem_with_host(parts.hostname, reach)


def _problem_with_host(host: str, reach: Reach) -> str | None:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        is_own = host == "localhost" or host.endswith(".localhost")
        if reach == "public" and (is_own or host.endswith((".local", ".internal")) or "." not in host):
            return "The address must be on the public internet."
        if reach == "loopback" and not is_own:
            return "In this demonstration nothing leaves the machine: use an address on localhost."
        return None
    if is_within(host, reach):
        return None
    if reach == "loopback":
        return "In this demonstration nothing leaves the machine: use an address on localhost."
    return "The address must be on the public internet."
