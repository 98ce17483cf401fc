"""Whatever happens at once, one of it wins, places add up, and exactly one event says how a match ended."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from services.matching import store
from services.matching.handlers import answers, offer_times, placing
from services.matching.handlers.answers import Answered
from services.matching.handlers.releasing import withdraw_match
from shared.events.intake import ReferralClosed
from shared.events.matching import (
    MatchProposed,
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferWithdrawn,
    ReferralWaitlisted,
)
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction
from tests.component.matching import Matching, a_profile, closed, matching_service, therapist_row, triaged

__all__ = ["matching_service"]


async def ends_of(matching: Matching, referral_id: ReferralId) -> list[str]:
    """How the first match of a referral is said to have ended."""
    first = (await matching.told(MatchProposed))[0].match_id
    told: list[OfferDeclined | OfferExpired | OfferWithdrawn | MatchWithdrawn] = []
    told += await matching.told(OfferDeclined)
    told += await matching.told(OfferExpired)
    told += await matching.told(OfferWithdrawn)
    told += await matching.told(MatchWithdrawn)
    return [type(event).__name__ for event in told if (event.match_id, event.referral_id) == (first, referral_id)]


async def until_it_waits(tx: Transaction, task: asyncio.Task[object]) -> None:
    """Hold our transaction open until the other one waits for a lock of ours, or has come to its end without."""
    waiting = """
        SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
         WHERE NOT granted AND datname = current_database()
        """
    for _ in range(500):
        if task.done() or await tx.db.fetchval(waiting):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the other transaction neither waits nor ends")


async def test_twenty_acceptances_at_once_have_one_winner(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()

    results = await asyncio.gather(
        *(matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id)) for _ in range(20))
    )

    assert Counter(type(result).__name__ for result in results) == {"Answered": 1, "TooLate": 19}
    assert len(await matching.told(OfferAccepted)) == 1


async def test_a_decline_sent_twice_asks_one_next_therapist(matching: Matching) -> None:
    await matching.has_therapists(*(therapist_row(number) for number in (1, 2, 3)))
    referral_id, offer_id, _ = await matching.offered()

    results = await asyncio.gather(
        *(matching.perform(str(referral_id), lambda tx: answers.decline(tx, offer_id, "other")) for _ in range(2))
    )

    assert results.count(Answered()) == 1
    assert len(await matching.told(OfferDeclined)) == 1
    assert len(await matching.told(MatchProposed)) == 2


@pytest.mark.parametrize("close_first", [False, True])
async def test_accept_against_close(matching: Matching, *, close_first: bool) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    accept = matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    close = matching.hears(closed(referral_id))

    await asyncio.gather(*((close, accept) if close_first else (accept, close)))

    assert len(await ends_of(matching, referral_id)) == 1
    assert await matching.places(1) == (3, 3, 0)


@pytest.mark.parametrize("expire_first", [False, True])
async def test_accept_against_expiry(matching: Matching, *, expire_first: bool) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    accept = matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    expire = matching.perform(str(referral_id), lambda tx: offer_times.expire_offer(tx, offer_id))

    await asyncio.gather(*((expire, accept) if expire_first else (accept, expire)))

    accepted, expired = len(await matching.told(OfferAccepted)), len(await matching.told(OfferExpired))
    assert (accepted, expired) in {(1, 0), (0, 1)}
    assert await matching.places(1) == ((3, 2, 1) if accepted else (3, 3, 0))


async def test_a_close_in_the_same_batch_as_the_triage_leaves_nothing_behind(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    event = triaged()
    delivered = [
        matching.delivery(event, seal={"matching": a_profile()}),
        matching.delivery(closed(event.referral_id)),
    ]

    await matching.kernel.inbox.process(delivered)

    assert await matching.told_types() == [
        "TherapistStandingChanged",
        "TherapistCapacityChanged",
        "MatchProposed",
        "MatchWithdrawn",
    ]
    assert await matching.places(1) == (3, 3, 0)


async def test_many_referrals_at_once_never_take_more_places_than_there_are(matching: Matching) -> None:
    await matching.has_therapists(
        *(therapist_row(number, capacity_maximum=2, capacity_available=2) for number in (1, 2, 3))
    )
    events = [triaged(ReferralId(uuid4())) for _ in range(20)]

    await asyncio.gather(
        *(matching.kernel.inbox.process([matching.delivery(event, seal={"matching": a_profile()})]) for event in events)
    )

    assert len(await matching.told(MatchProposed)) == 6
    assert [event.reason for event in await matching.told(ReferralWaitlisted)] == ["no-free-place"] * 14
    for number in (1, 2, 3):
        assert await matching.places(number) == (2, 0, 2)


async def test_places_freed_while_others_arrive_are_all_used(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=4, capacity_available=4))
    first = [await matching.takes_on() for _ in range(4)]
    late = [triaged(ReferralId(uuid4())) for _ in range(6)]

    await asyncio.gather(
        *(matching.kernel.inbox.process([matching.delivery(closed(referral_id))]) for referral_id in first),
        *(matching.kernel.inbox.process([matching.delivery(event, seal={"matching": a_profile()})]) for event in late),
    )
    await matching.passes(timedelta(seconds=1))

    assert await matching.places(1) == (4, 0, 4)
    assert ReferralClosed.key == "referral_id"


async def test_a_place_that_becomes_free_while_somebody_is_put_on_the_waiting_list_is_not_missed(
    matching: Matching,
) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    holder = await matching.takes_on()
    arriving = await matching.takes_on(consents=("referral",))
    closing: list[asyncio.Task[object]] = []

    async def arrive_slowly(tx: Transaction) -> None:
        await store.set_sharing(tx.db, arriving, agreed=True)
        await placing.find_therapist(tx, arriving)
        closing.append(asyncio.create_task(matching.hears(closed(holder))))
        await until_it_waits(tx, closing[0])

    await matching.perform(str(arriving), arrive_slowly)
    await asyncio.gather(*closing)
    await matching.passes(timedelta(seconds=1))

    assert (await matching.proposed_for(arriving)).therapist_id == await matching.therapist_id(1)


async def test_a_look_that_waits_for_the_places_does_not_block_who_wakes_it(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    holder = await matching.takes_on()
    waiting = await matching.takes_on()
    looking: list[asyncio.Task[object]] = []
    attempts: list[int] = []

    async def close_while_somebody_looks(tx: Transaction) -> None:
        attempts.append(1)
        await store.hold_places(tx.db)
        looking.append(asyncio.create_task(matching.passes(timedelta(hours=25))))
        await until_it_waits(tx, looking[0])
        match = await store.live_match_of(tx.db, holder)
        assert match is not None
        await withdraw_match(tx, match, "by-staff")
        await store.set_case_state(tx.db, holder, "closed")

    with capture_logs() as lines:
        await matching.perform(str(holder), close_while_somebody_looks)
        await asyncio.gather(*looking)
        await matching.passes(timedelta(seconds=1))

    assert len(attempts) == 1
    assert [line for line in lines if line["event"] == "timer.failed"] == []
    assert len(await matching.told(MatchWithdrawn)) == 1
    assert (await matching.proposed_for(waiting)).therapist_id == await matching.therapist_id(1)
