"""Old versions of events, lifted to the present one when they arrive: add a step when a major version changes."""

import json
from collections.abc import Callable
from typing import Any

Lift = Callable[[dict[str, Any]], dict[str, Any]]

LIFTS: dict[str, tuple[str, Lift]] = {}
"""Old type → (next type, how its data become the next one's)."""


def upcast(event_type: str, body: bytes) -> tuple[str, bytes]:
    """The newest type and body that this event can be lifted to; unchanged, and not parsed, where it is new already."""
    if event_type not in LIFTS:
        return event_type, body
    data = json.loads(body)
    while event_type in LIFTS:
        event_type, lift = LIFTS[event_type]
        data = lift(data)
    return event_type, json.dumps(data).encode()
