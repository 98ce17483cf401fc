"""What tests of the register do: show papers, move standings, and look at what became of somebody."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

from services.matching import store
from services.matching.domain.credentials import Evidence
from services.matching.domain.standings import Standing, StandingChange
from services.matching.domain.therapists import Therapist
from services.matching.handlers import credentials, therapists
from services.matching.handlers.therapists import Why
from services.matching.store.standings import changes_of
from shared.events.matching import LetterRequested
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction
from tests.component.matching import Matching

SUMMER_NIGHT = datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC)
"""The last second of 30 June in London, where the clocks are an hour ahead."""


def insurance(until: date, **changes: Any) -> Evidence:
    plain: dict[str, Any] = {
        "kind": "insurance",
        "issued_on": date(2026, 1, 1),
        "expires_on": until,
        "amount": 200_000_000,
    }
    return Evidence(**{**plain, **changes})


async def shows(matching: Matching, evidence: Evidence, number: int = 1) -> object:
    therapist_id = await matching.therapist_id(number)
    return await matching.perform(
        str(therapist_id),
        lambda tx: credentials.record_credential(tx, therapist_id, evidence, who="Robin Example"),
    )


async def moves(
    matching: Matching, standing: Standing, *, number: int = 1, actor: Any = "registrar", **why: Any
) -> Any:
    therapist_id = await matching.therapist_id(number)
    return await matching.perform(
        str(therapist_id),
        lambda tx: therapists.change_standing(tx, therapist_id, standing, actors=frozenset({actor}), why=Why(**why)),
    )


async def does(matching: Matching, work: Callable[[Transaction, TherapistId], Awaitable[Any]]) -> Any:
    therapist_id = await matching.therapist_id(1)
    return await matching.perform(str(therapist_id), lambda tx: work(tx, therapist_id))


async def therapist(matching: Matching, number: int = 1) -> Therapist:
    async with matching.kernel.reading() as db:
        found = await store.therapist_by_id(db, matching.kernel.keys, await matching.therapist_id(number))
    assert found is not None
    return found


async def history(matching: Matching) -> list[StandingChange]:
    async with matching.kernel.reading() as db:
        return await changes_of(db, matching.kernel.keys, await matching.therapist_id(1))


async def letters(matching: Matching) -> list[str]:
    return [event.kind for event in await matching.told(LetterRequested)]


async def until(matching: Matching, moment: datetime) -> None:
    await matching.passes(moment - matching.clock.now())
