"""Asks the four services how they are, for the system page only."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.kernel.ids import SERVICES, ServiceName

SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """What one service says of itself; `answered` is False where it does not speak."""

    service: ServiceName
    address: str
    answered: bool
    ready: bool
    said: Mapping[str, Any] = field(default_factory=dict)


async def health_of_all(addresses: Mapping[ServiceName, str]) -> list[Health]:
    """Readiness of every service, all asked at once, none for longer than two seconds."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=SECONDS) as client:
        return list(
            await asyncio.gather(
                *(_ask(client, service, addresses[service]) for service in SERVICES if service in addresses)
            )
        )


async def _ask(client: httpx.AsyncClient, service: ServiceName, address: str) -> Health:
    try:
        response = await client.get(f"{address.rstrip('/')}/health/ready", headers={"accept": "application/json"})
        said = response.json()
    except (httpx.HTTPError, ValueError):
        return Health(service, address, answered=False, ready=False)
    if not isinstance(said, dict):
        return Health(service, address, answered=False, ready=False)
    return Health(
        service, address, answered=True, ready=response.status_code == 200 and said.get("ready") is True, said=said
    )
