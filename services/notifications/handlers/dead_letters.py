"""What administrators decide about events that nobody could handle."""

from dataclasses import dataclass
from uuid import UUID

from shared.kernel.errors import Unprocessable
from shared.messaging import dead_letters
from shared.messaging.dead_letters import Cause, DeadLetter
from shared.messaging.kernel import Kernel

SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class Overview:
    """Dead letters grouped by cause, and the letters themselves, without their bodies."""

    causes: list[Cause]
    letters: list[DeadLetter]


async def overview(kernel: Kernel) -> Overview:
    """What has died here, and of what."""
    async with kernel.reading() as db:
        return Overview(await dead_letters.causes(db), await dead_letters.listed(db))


async def replay(kernel: Kernel, event_id: UUID, actor: str) -> None:
    """Have a dead letter tried again at once; raises NotFound, or Conflict for what was never one of our events."""
    await dead_letters.replay(kernel.database, [await _found(kernel, event_id)], actor=actor, now=kernel.clock.now())


async def drop(kernel: Kernel, event_id: UUID, reason: str, actor: str) -> None:
    """Remove a dead letter for good; raises NotFound, or Unprocessable without a reason worth the name."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Unprocessable("reason-too-short", "Say in a few words why it can be dropped; the reason is kept.")
    letters = [await _found(kernel, event_id)]
    await dead_letters.drop(kernel.database, letters, reason=reason.strip(), actor=actor, now=kernel.clock.now())


async def _found(kernel: Kernel, event_id: UUID) -> DeadLetter:
    async with kernel.reading() as db:
        return await dead_letters.shown(db, event_id)
