"""What fictional therapists, clients and staff answer, so that a demonstration shows referrals in every state."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from rich.progress import Progress

from services.intake.handlers.closing import close_by_client
from services.matching.domain.declines import DECLINES
from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers import answers, therapy
from shared.kernel.errors import BrokenPromise
from shared.kernel.ids import MatchId, OfferId, ReferralId, ServiceName
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

QUIET_SECONDS = 1.5
LONGEST_WAIT = 60.0
ACCEPTED, DECLINED, LEFT_OPEN = 60, 20, 20
"""Of a hundred offers."""


async def move_on(kernels: Mapping[ServiceName, Kernel], draw: random.Random, count: int, progress: Progress) -> None:
    """Wait until the new referrals have got as far as they can by themselves, then answer some of their offers."""
    moving = progress.add_task("Matching, funding and answering", total=3)
    await settle(kernels)
    progress.advance(moving)
    for offer in await _rows(kernels["matching"], "SELECT offer_id, referral_id FROM offer JOIN match USING (match_id) "
                             "WHERE offer.state = 'sent' ORDER BY offer_id DESC LIMIT $1", count):  # fmt: skip
        await _answer(kernels["matching"], draw, OfferId(offer["offer_id"]), str(offer["referral_id"]))
    await settle(kernels)
    progress.advance(moving)
    await _meet(kernels["matching"], draw, count)
    await _withdraw(kernels["intake"], max(1, count // 20))
    await settle(kernels)
    progress.advance(moving)


async def _answer(matching: Kernel, draw: random.Random, offer_id: OfferId, referral_id: str) -> None:
    answer = draw.choices(("accept", "decline", "leave open"), (ACCEPTED, DECLINED, LEFT_OPEN))[0]
    if answer == "accept":
        await _perform(matching, referral_id, partial(_accept, offer_id))
    elif answer == "decline":
        reason = draw.choice([reason for reason in DECLINES if reason != "away"])
        await _perform(matching, referral_id, partial(_decline, offer_id, reason))


async def _accept(offer_id: OfferId, tx: Transaction) -> object:
    return await answers.accept(tx, offer_id)


async def _decline(offer_id: OfferId, reason: DeclineReason, tx: Transaction) -> object:
    return await answers.decline(tx, offer_id, reason)


async def _meet(matching: Kernel, draw: random.Random, count: int) -> None:
    accepted = await _rows(
        matching, "SELECT match_id, referral_id FROM match WHERE state = 'accepted' ORDER BY match_id LIMIT $1", count
    )
    for number, row in enumerate(accepted):
        match_id, key = MatchId(row["match_id"]), str(row["referral_id"])
        if number % 3 < 2:
            await _perform(matching, key, partial(_start, match_id))
        if number % 3 == 0:
            await _perform(matching, key, partial(_end, match_id, draw.random() < 0.8))


async def _start(match_id: MatchId, tx: Transaction) -> None:
    await therapy.start(tx, match_id, actor="therapist")


async def _end(match_id: MatchId, completed: bool, tx: Transaction) -> None:  # noqa: FBT001 - bound once, just above
    await therapy.end(tx, match_id, "completed" if completed else "ended-early", actor="therapist")


async def _withdraw(intake: Kernel, count: int) -> None:
    waiting = await _rows(
        intake,
        "SELECT referral_id FROM referral WHERE state IN ('offered', 'waiting') ORDER BY random() LIMIT $1",
        count,
    )
    for row in waiting:
        referral_id = ReferralId(row["referral_id"])
        await _perform(intake, str(referral_id), partial(close_by_client, referral_id))


async def _perform(kernel: Kernel, key: str, work: Callable[[Transaction], Awaitable[object]]) -> None:
    """Do it as the person would; somebody else may have been quicker, as in life."""
    try:
        await kernel.perform(key, work, actor="system")
    except BrokenPromise:
        return


async def settle(kernels: Mapping[ServiceName, Kernel]) -> None:
    """Wait until nothing has been on its way for a moment, or long enough."""
    loop = asyncio.get_running_loop()
    began = quiet_since = loop.time()
    while loop.time() - quiet_since < QUIET_SECONDS and loop.time() - began < LONGEST_WAIT:
        await asyncio.sleep(0.1)
        for kernel in kernels.values():
            rows = await _rows(
                kernel, "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM parked_event) AS n"
            )
            if rows[0]["n"]:
                quiet_since = loop.time()


async def _rows(kernel: Kernel, query: str, *arguments: object) -> list[Any]:
    async with kernel.reading() as db:
        return await db.fetch(query, *arguments)
