"""How often somebody may try to sign in: by the name they type and by where they come from, both kept hashed."""

from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

PER_NAME = RateLimitItemPerMinute(8, multiples=15)
PER_ADDRESS = RateLimitItemPerMinute(60, multiples=15)


class SignInThrottle:
    """Counts attempts in this process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def admits(self, name: str, address: str) -> bool:
        """Count one attempt; False when there were too many, whether or not the account exists."""
        by_address = self._limiter.hit(PER_ADDRESS, _hidden(network_of(address)))
        return self._limiter.hit(PER_NAME, _hidden(name)) and by_address

    def forget(self, name: str) -> None:
        """Somebody signed in under this name: their earlier slips no longer count."""
        self._limiter.clear(PER_NAME, _hidden(name))


def network_of(address: str) -> str:
    """One IPv4 address, or the /64 that one IPv6 subscriber has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{parsed}/64", strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)


def _hidden(text: str) -> str:
    return sha256(text.encode()).hexdigest()
