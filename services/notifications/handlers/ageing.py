"""Keeps the board true while nothing happens: cards age, deadlines come near, and old changes are let go."""

from datetime import timedelta

from services.notifications.store import cards, changes
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

AT_ONCE = 500
NUMBERING = "board-changes"
KEPT = timedelta(hours=1)
"""How long after a broken connection a board can catch up without reading everything anew."""


async def age_board(kernel: Kernel) -> int:
    """Tell open boards of cards that look different only because time passed; gives how many."""

    async def age(tx: Transaction) -> int:
        aged = await cards.age_cards(tx.db, tx.now, AT_ONCE)
        await changes.add_changes(tx.db, aged, tx.now)
        return len(aged)

    total = 0
    while aged := await kernel.perform("board-ageing", age, actor="system"):
        total += aged
        if aged < AT_ONCE:
            break
    return total


async def number_changes(kernel: Kernel) -> None:
    """Give what was committed its place in the order in which open boards read it."""

    async def number(tx: Transaction) -> None:
        await changes.number_changes(tx.db)

    async with kernel.reading() as db:
        if not await changes.has_fresh(db):
            return
    await kernel.perform(NUMBERING, number, actor="system")


async def forget_old_changes(kernel: Kernel) -> None:
    """Let go of changes that no board will ask for; numbered first, so that a board that missed them is reset."""

    async def forget(tx: Transaction) -> None:
        await changes.number_changes(tx.db)
        await changes.forget_changes(tx.db, tx.now - KEPT)

    await kernel.perform(NUMBERING, forget, actor="system")
