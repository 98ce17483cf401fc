"""Looks for anybody whom nobody would look at again: each is a fault of ours, counted and told to whoever operates."""

import structlog

from services.matching import store
from shared.messaging.kernel import Kernel
from shared.telemetry import gauge

log = structlog.get_logger("stopso.matching")
FORGOTTEN = gauge("stopso_without_next_look", "Referrals and matches that no timer, offer or list looks after")


async def check_next_looks(kernel: Kernel) -> int:
    """Count who is without a next look, and say so where there is anybody."""
    async with kernel.reading() as db:
        found = await store.without_next_look(db)
    FORGOTTEN.set(len(found))
    if found:
        log.error("next_look.missing", reason=found[0].split(" ", 1)[0], attempts=len(found))
    return len(found)
