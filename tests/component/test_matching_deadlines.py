"""Nobody is forgotten: every step has a next look, a concern stops the search, and lost money is not offered."""

from datetime import datetime, timedelta
from uuid import uuid4

from services.matching import store
from services.matching.handlers import answers, checking, holding, therapy
from services.matching.handlers.awaiting import contact_made
from shared.events.codes import MatchEnd
from shared.events.funding import SubsidyReleased
from shared.events.intake import SafeguardingConcernClosed, SafeguardingConcernRaised
from shared.events.matching import (
    LetterRequested,
    MatchProposed,
    MatchWithdrawn,
    OfferSent,
    OfferWithdrawn,
    ReferralWaitlisted,
)
from shared.events.sealed import Letter
from shared.kernel.ids import AwardId, ConcernId, ReferralId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.matching import Matching, closed, matching_service, therapist_row

__all__ = ["matching_service"]


def raised(referral_id: ReferralId, concern_id: ConcernId, act_by: datetime) -> SafeguardingConcernRaised:
    return SafeguardingConcernRaised(referral_id=referral_id, concern_id=concern_id, act_by=act_by)


async def looks_wanted(matching: Matching) -> list[str]:
    async with matching.kernel.reading() as db:
        return [row["kind"] for row in await store.attention_wanted(db)]


async def accept(matching: Matching, referral_id: ReferralId) -> None:
    offer_id, _ = await matching.offer_of(referral_id)
    await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))


async def test_a_match_that_funding_does_not_answer_is_shown_and_then_made_anew(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    first = await matching.proposed_for(referral_id)

    await matching.passes(timedelta(minutes=61))
    assert await looks_wanted(matching) == ["funding-silent"]
    assert await matching.told(MatchWithdrawn) == []

    await matching.passes(timedelta(hours=24))
    withdrawn = [(event.match_id, event.reason) for event in await matching.told(MatchWithdrawn)]
    assert withdrawn == [(first.match_id, "no-answer-in-time")]
    assert (await matching.proposed_for(referral_id)).match_id != first.match_id
    assert await looks_wanted(matching) == []


async def test_an_answer_that_comes_too_late_for_a_match_offers_nothing(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    late = await matching.proposed_for(referral_id)
    await matching.passes(timedelta(hours=26))

    await matching.subsidises(referral_id)
    (sent,) = await matching.told(OfferSent)
    assert sent.match_id != late.match_id


async def test_who_has_accepted_is_reminded_of_the_client_and_then_coordinators_see_it(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, _, _ = await matching.offered()
    await accept(matching, referral_id)

    await matching.passes(timedelta(days=2, minutes=1))
    (letter,) = await matching.told(LetterRequested)
    assert (letter.kind, letter.subject_id) == ("contact-wanted", await matching.therapist_id(1))
    assert matching.opened(letter, "notifications", Letter).email == "therapist1@example.org"
    assert await looks_wanted(matching) == []

    await matching.passes(timedelta(days=1))
    assert await looks_wanted(matching) == ["no-contact"]


async def test_contact_and_sessions_put_the_next_look_off_but_never_away(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, _, _ = await matching.offered()
    await accept(matching, referral_id)
    match_id = (await matching.proposed_for(referral_id)).match_id
    async with matching.kernel.reading() as db:
        match = await store.match_by_id(db, match_id)
    assert match is not None

    await matching.perform(str(referral_id), lambda tx: contact_made(tx, match))
    await matching.passes(timedelta(days=20))
    assert await matching.told(LetterRequested) == []
    assert await looks_wanted(matching) == []
    await matching.passes(timedelta(days=2))
    assert await looks_wanted(matching) == ["no-first-session"]

    await matching.perform(str(referral_id), lambda tx: therapy.start(tx, match_id, actor="therapist"))
    assert await looks_wanted(matching) == []
    await matching.passes(timedelta(days=43))
    assert await looks_wanted(matching) == ["therapy-quiet"]


async def test_the_check_finds_whom_no_timer_looks_after(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    assert await checking.check_next_looks(matching.kernel) == 0

    match_id = (await matching.proposed_for(referral_id)).match_id

    async def forget(tx: Transaction) -> None:
        tx.cancel("match-deadline", str(match_id))

    await matching.perform(str(referral_id), forget)
    assert await checking.check_next_looks(matching.kernel) == 1
    await matching.hears(closed(referral_id))


async def test_a_concern_takes_the_offer_back_and_its_end_looks_again(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, _, _ = await matching.offered()
    first, second = ConcernId(uuid4()), ConcernId(uuid4())
    now = matching.clock.now()

    await matching.hears(raised(referral_id, first, now), raised(referral_id, second, now))
    assert [event.reason for event in await matching.told(OfferWithdrawn)] == ["safeguarding"]
    assert [event.reason for event in await matching.told(ReferralWaitlisted)] == ["safeguarding"]
    await matching.has_therapists(therapist_row(2))
    await matching.passes(timedelta(days=3))
    await matching.hears(SafeguardingConcernClosed(referral_id=referral_id, concern_id=first))
    assert len(await matching.told(MatchProposed)) == 1

    await matching.hears(SafeguardingConcernClosed(referral_id=referral_id, concern_id=second))
    assert len(await matching.told(MatchProposed)) == 2


async def test_a_concern_before_the_triage_says_nothing_once_people_find_the_referral_suitable(
    matching: Matching,
) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = ReferralId(uuid4())
    await matching.hears(raised(referral_id, ConcernId(uuid4()), matching.clock.now()))

    await matching.takes_on(referral_id)

    assert (await matching.proposed_for(referral_id)).referral_id == referral_id


async def test_a_concern_after_acceptance_is_shown_and_nobody_is_torn_apart(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, _, _ = await matching.offered()
    await accept(matching, referral_id)
    concern = ConcernId(uuid4())

    await matching.hears(raised(referral_id, concern, matching.clock.now()))
    assert await looks_wanted(matching) == ["safeguarding"]
    assert await matching.told(OfferWithdrawn) == []

    await matching.hears(SafeguardingConcernClosed(referral_id=referral_id, concern_id=concern))
    assert await looks_wanted(matching) == []


async def released(matching: Matching, referral_id: ReferralId, reason: MatchEnd) -> None:
    match = await matching.proposed_for(referral_id)
    await matching.hears(
        SubsidyReleased(
            referral_id=referral_id,
            match_id=match.match_id,
            award_id=AwardId(uuid4()),
            amount=Pence(36000),
            reason=reason,
        )
    )


async def test_an_offer_with_money_that_is_gone_is_taken_back_and_asked_anew(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    await matching.subsidises(referral_id)

    await released(matching, referral_id, "consent-withdrawn")

    assert [event.reason for event in await matching.told(OfferWithdrawn)] == ["consent-withdrawn"]
    assert len(await matching.told(MatchProposed)) == 2
    await matching.funds(referral_id)
    assert len(await matching.told(OfferSent)) == 2


async def test_a_subsidy_lost_after_acceptance_is_shown_and_changes_nothing_else(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    await matching.subsidises(referral_id)
    await accept(matching, referral_id)

    await released(matching, referral_id, "referral-closed")
    assert await looks_wanted(matching) == []
    await released(matching, referral_id, "consent-withdrawn")
    assert await looks_wanted(matching) == ["subsidy-ended"]
    assert await matching.told(OfferWithdrawn) == []


async def test_a_client_who_is_not_ready_waits_until_their_day_or_until_they_are(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    early, patient = await matching.takes_on(), await matching.takes_on()
    until = matching.clock.now() + timedelta(days=14)
    await matching.perform(str(early), lambda tx: holding.put_on_hold(tx, early, until))
    await matching.perform(str(patient), lambda tx: holding.put_on_hold(tx, patient, until))
    waits = [(event.reason, event.next_look_at) for event in await matching.told(ReferralWaitlisted)]
    assert waits == [("client-not-ready", until)] * 2

    await matching.passes(timedelta(days=3))
    await matching.perform(str(early), lambda tx: holding.take_off_hold(tx, early))
    assert len(await matching.told(MatchProposed)) == 3

    await matching.passes(timedelta(days=12))
    assert (await matching.proposed_for(patient)).origin.time == until
