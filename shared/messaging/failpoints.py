"""Named places where a test may stop, kill or delay the process; inert unless armed through the environment."""

import asyncio
import os
import signal

NAMES = (
    "received", "in-transaction-after-inbox", "after-handler", "after-outbox", "commit-sent", "committed-not-acked",
    "half-acked", "relay-selected", "published-not-confirmed", "confirmed-not-deleted", "delete-unknown", "stopping",
)  # fmt: skip


class FailpointHit(ConnectionError):
    """Raised by a failpoint armed with `raise`: it looks like a lost connection."""


_points: dict[str, tuple[str, int]] = {}


def arm(specification: str) -> None:
    """Arm `name:kill|raise|pause[:nth]`, several with commas between; an empty text disarms everything."""
    _points.clear()
    for part in filter(None, specification.split(",")):
        name, action, *countdown = part.split(":")
        if name not in NAMES:
            raise ValueError(f"there is no failpoint {name!r}")
        _points[name] = (action, int(countdown[0]) if countdown else 1)


def is_armed(name: str) -> bool:
    """Whether a test waits at this place."""
    return name in _points


async def reach(name: str) -> None:
    """Pass the place `name`; with `name:kill|raise|pause[:nth]` in STOPSO_FAILPOINTS, the nth passing acts, once."""
    if not _points or name not in _points:
        return
    action, countdown = _points[name]
    if countdown > 1:
        _points[name] = (action, countdown - 1)
        return
    del _points[name]
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "pause":
            await asyncio.sleep(3600)
        case _:
            raise FailpointHit(name)


arm(os.environ.get("STOPSO_FAILPOINTS", ""))
