"""Messages made by hand, for tests that send what no relay would send."""

from typing import Any

from shared.events import Event
from shared.kernel.clock import SystemClock
from shared.kernel.ids import uuid7
from shared.messaging.envelope import Delivery, headers_of
from tests.integration.nodes import Node

Headers = dict[str, Any]


def good_headers(event: Event, **changes: str) -> Headers:
    """The headers of an event as intake would send it, with changes."""
    headers = headers_of(uuid7(SystemClock().now()), event.type, SystemClock().now(), event.key_value, 1, "")
    return {**headers, **{f"cloudEvents_{name}": value for name, value in changes.items()}}


async def dead(node: Node) -> list[tuple[str, str]]:
    """State and reason of everything put aside."""
    async with node.kernel.reading() as db:
        return [tuple(row) for row in await db.fetch("SELECT state, reason FROM parked_event ORDER BY position")]


def delivery(event: Event, *, count: int) -> Delivery:
    """The event as it comes after the broker has delivered it so often."""
    return Delivery(event.model_dump_json().encode(), good_headers(event), 1, "intake", count)
