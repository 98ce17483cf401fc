"""Waits until a watched system has come to rest, then lets the checker look at it."""

import asyncio
import time
from datetime import UTC, datetime

from shared.kernel.ids import SERVICES
from shared.messaging import dead_letters
from tests.faults.checker import report, violations
from tests.faults.reading import evidence_of, what_is_left
from tests.faults.storm import Storm

CALM_LOOKS = 3
LOOK_EVERY = 0.3
REST_SECONDS = 240.0
LOOKS_AT_EVIDENCE = 3
"""A letter tried again later may fall due between rest and looking, so one look accuses nobody."""
ACCUSED = "Unprocessable: kills-the-process"


def come_to_rest(storm: Storm, *, seconds: float = REST_SECONDS) -> dict[str, int]:
    """Wait until nothing is on its way; gives what still is when the time is up."""
    until = time.monotonic() + seconds
    calm, left = 0, {}
    while calm < CALM_LOOKS and time.monotonic() < until:
        left = what_is_left(storm.databases)
        calm = 0 if left else calm + 1
        time.sleep(LOOK_EVERY)
    return left


def pardon(storm: Storm) -> int:
    """Replay, as an operator would, events taken for the cause of deaths that they only stood beside."""
    return asyncio.run(_pardon(storm))


async def _pardon(storm: Storm) -> int:
    pardoned = 0
    async with storm.bench() as kernels:
        for kernel in kernels.values():
            async with kernel.reading() as db:
                accused = [one for one in await dead_letters.listed(db) if one.cause == ACCUSED]
            pardoned += await dead_letters.replay(kernel.database, accused, actor="system", now=datetime.now(UTC))
    return pardoned


def queued(storm: Storm) -> list[str]:
    """What the broker's queues still hold when everything is handled: each in a sentence."""
    until = time.monotonic() + 120
    while True:
        depths = {service: storm.health(service).get("queues") for service in SERVICES}
        waiting = [
            f"the queue {queue} holds {depth} messages"
            for queues in depths.values()
            for queue, depth in (queues or {"(unknown)": None}).items()
            if depth != 0
        ]
        if not waiting or time.monotonic() > until:
            return waiting
        time.sleep(0.3)


def breaches(storm: Storm, *, seconds: float = REST_SECONDS) -> list[str]:
    """Let everything come to rest, with all services running, and give every violation."""
    looks = 0
    left: dict[str, int] = {}
    found = ["nobody has looked"]
    while found and not left and looks < LOOKS_AT_EVIDENCE:
        looks += 1
        left = come_to_rest(storm, seconds=seconds)
        found = violations(evidence_of(storm.databases))
    restless = [f"{what} of {kind} after {seconds:.0f} s" for kind, what in left.items()]
    return [*restless, *found, *queued(storm)]


def assert_clean(storm: Storm, done: object = "", *, seconds: float = REST_SECONDS, deaths: bool = False) -> None:
    """Fail with every violation in a sentence; after many `deaths`, those near them by chance are pardoned first."""
    if deaths:
        come_to_rest(storm, seconds=seconds)
        pardon(storm)
    found = breaches(storm, seconds=seconds)
    tails = "\n".join(f"--- {name}\n{storm.log_of(name)[-1500:]}" for name in storm.pids) if found else ""
    assert not found, f"{report(found)}\nafter {done}\n{tails}"
