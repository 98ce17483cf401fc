"""Keeps the board true while nothing happens: cards age, deadlines come near, and old changes are let go."""

from datetime import timedelta

from services.notifications.store import cards, changes
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

AT_ONCE = 500
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


async def forget_old_changes(kernel: Kernel) -> None:
    """Let go of changes that no board will ask for any more."""

    async def forget(tx: Transaction) -> None:
        await changes.forget_changes(tx.db, tx.now - KEPT)

    await kernel.perform("board-ageing", forget, actor="system")
