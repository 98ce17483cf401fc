"""Calls funders' endpoints: no redirect, no proxy, and only addresses that were checked and then called as checked."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from services.notifications.domain.addresses import Reach, is_within, problem_with
from services.notifications.domain.delivery import Attempt, Failed, Refused, Went

SECONDS = 15.0
Resolver = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Every address that a name has; raises OSError where it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Caller:
    """Posts signed facts; `reach` says whether the public internet may be called, or only this machine."""

    reach: Reach
    resolver: Resolver = resolve

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> Attempt:
        """Post `body` once. 2xx is delivered; 410 means never again; all else, redirects too, is tried again."""
        if problem_with(url, self.reach) is not None:
            return Refused("address-not-allowed")
        parts = urlsplit(url)
        host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
        try:
            addresses = await asyncio.wait_for(self.resolver(host, port), SECONDS)
        except (OSError, TimeoutError, UnicodeError):
            return Failed("name-not-found")
        if not addresses or not all(is_within(address, self.reach) for address in addresses):
            return Failed("address-not-allowed")
        try:
            status = await asyncio.wait_for(self._post(url, addresses[0], body, headers), SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError):
            return Failed("unreachable")
        return outcome_of(status)

    async def _post(self, url: str, address: str, body: str, headers: Mapping[str, str]) -> int:
        named = httpx.URL(url)
        pinned = named.copy_with(host=f"[{address}]" if ":" in address else address)
        async with (
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
            client.stream(
                "POST",
                pinned,
                content=body.encode(),
                headers={
                    **headers,
                    "host": named.netloc.decode("ascii"),
                    "content-type": "application/json",
                    "user-agent": "StopSO-webhooks/1",
                },
                extensions={} if _is_address(named.host) else {"sni_hostname": named.host},
            ) as response,
        ):
            return response.status_code


def outcome_of(status: int) -> Attempt:
    """What an endpoint's answer means; its body is not read."""
    if 200 <= status < 300:
        return Went(confirmed=True)
    if status == 410:
        return Refused("gone", disables=True)
    return Failed("redirect" if 300 <= status < 400 else f"http-{status}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
