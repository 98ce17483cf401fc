"""Two clients whom something connects never have the same therapist, unless a coordinator permits it with a reason."""

from datetime import timedelta
from uuid import uuid4

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.handlers.answers import accept
from shared.events.funding import OutcomeScored
from shared.events.matching import MatchProposed, MatchRunFinished, ReferralWaitlisted
from shared.events.sealed import OutcomeProfile
from shared.kernel.ids import MatchId, ReferralId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.matching import Matching, closed, matching_service, therapist_row

__all__ = ["matching_service"]

NAMES, NAMED = ("own-name:aa", "link:bb"), ("own-name:bb",)


async def test_the_second_of_two_connected_clients_is_not_proposed_to_the_same_therapist(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await matching.takes_on(conflict_tokens=NAMES)
    second = await matching.takes_on(conflict_tokens=NAMED)
    stranger = await matching.takes_on(conflict_tokens=("own-name:cc",))

    (waiting,) = await matching.told(ReferralWaitlisted)
    assert (waiting.referral_id, waiting.reason) == (second, "everyone-asked")
    assert (await matching.proposed_for(stranger)).therapist_id == await matching.therapist_id(1)


async def test_a_past_case_counts_too_and_another_therapist_is_taken(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=110))
    first, offer_id, _ = await matching.offered(conflict_tokens=NAMES)
    await matching.perform(str(first), lambda tx: accept(tx, offer_id))
    await matching.hears(closed(first))

    second = await matching.takes_on(conflict_tokens=NAMED)

    assert (await matching.proposed_for(second)).therapist_id == await matching.therapist_id(2)


async def test_two_who_wait_are_known_to_be_connected_and_nobody_else_is(matching: Matching) -> None:
    first = await matching.takes_on(conflict_tokens=NAMES)
    second = await matching.takes_on(conflict_tokens=NAMED)
    third = await matching.takes_on(conflict_tokens=("own-name:cc",))

    async with matching.kernel.reading() as db:
        pairs = await store.conflicts_among(db, [first, second, third])
    assert pairs == {(min(first, second), max(first, second))}


async def test_a_run_puts_two_together_whom_a_coordinator_permitted_and_no_others(matching: Matching) -> None:
    first = await matching.takes_on(conflict_tokens=NAMES)
    second = await matching.takes_on(conflict_tokens=NAMED)
    others = [await matching.takes_on(conflict_tokens=tokens) for tokens in (("link:dd",), ("own-name:dd",))]
    await matching.has_therapists(therapist_row(1, capacity_maximum=4, capacity_available=4))
    therapist_id = await matching.therapist_id(1)
    why, rule = "They have been reconciled for years.", "no-conflict-of-interest"

    async def permit(tx: Transaction) -> None:
        await store.permit_pair(tx.db, tx.keys, (second, therapist_id), rule, reason=why, by="staff:1", now=tx.now)

    await matching.perform(str(second), permit)

    await matching.passes(timedelta(seconds=1))

    (run,) = await matching.told(MatchRunFinished)
    assert (run.waiting, run.placed) == (4, 3)
    placed = {event.referral_id for event in await matching.told(MatchProposed)}
    assert placed > {first, second}
    assert len(placed & set(others)) == 1


async def test_outcomes_count_once_each_and_give_points_from_fifteen_cases_on(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2))
    referral_id = await matching.takes_on(consents=("referral",))
    events = [await finished(matching, referral_id, 1) for _ in range(14)]
    for event in [*events, *events]:
        await hear(matching, event, well=True)
    assert await points(matching) == {}

    await hear(matching, await finished(matching, referral_id, 1), well=True)
    assert await points(matching) == {1: 500}

    for _ in range(15):
        await hear(matching, await finished(matching, referral_id, 2), well=False)
    assert await points(matching) == {1: 1000, 2: 0}
    match = await matching.proposed_for(await matching.takes_on())
    assert match.therapist_id == await matching.therapist_id(1)


async def points(matching: Matching) -> dict[int, int]:
    """The points of therapists 1 and 2, of those who have any."""
    async with matching.kernel.reading() as db:
        rows = {row["therapist_id"]: row["points"] for row in await db.fetch("SELECT * FROM strength")}
    return {number: rows[known] for number in (1, 2) if (known := await matching.therapist_id(number)) in rows}


async def finished(matching: Matching, referral_id: ReferralId, number: int) -> OutcomeScored:
    """A therapy that is over, straight in the tables, and the event that scores it."""
    therapist_id = await matching.therapist_id(number)
    match = Match(
        match_id=MatchId(uuid4()),
        referral_id=referral_id,
        therapist_id=therapist_id,
        state="completed",
        setting="online",
        session_fee=Pence(6000),
        sessions_planned=10,
        subsidy=None,
        contribution=None,
        proposed_at=matching.clock.now(),
        changed_at=matching.clock.now(),
        end_reason=None,
    )
    await matching.perform(str(referral_id), lambda tx: store.add_matches(tx.db, [match]))
    return OutcomeScored(referral_id=referral_id, match_id=match.match_id, therapist_id=therapist_id)


async def hear(matching: Matching, event: OutcomeScored, *, well: bool) -> None:
    """Funding tells how a therapy went."""
    profile = OutcomeProfile(measure="core-10", change="improved" if well else "unchanged")
    await matching.hears(event, seal={"matching": profile})
