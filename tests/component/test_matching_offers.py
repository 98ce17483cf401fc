"""An offer is answered once, or passed on; nobody is asked twice for the same client."""

from datetime import timedelta

import pytest

from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers import answers, therapy
from services.matching.handlers.answers import Answered, TooLate
from services.matching.handlers.therapists import change_standing
from shared.events.funding import SubsidyGranted, SubsidyWaitlisted
from shared.events.matching import (
    MatchProposed,
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferReminded,
    OfferSent,
    OfferWithdrawn,
    ReferralWaitlisted,
    TherapistStandingChanged,
    TherapyEnded,
    TherapyStarted,
)
from shared.events.sealed import OfferLetter
from shared.kernel.errors import Conflict
from shared.kernel.ids import OfferId, ReferralId
from shared.kernel.money import Pence
from tests.component.matching import Matching, closed, matching_service, therapist_row
from tests.component.matching_pages import visitor_of

__all__ = ["matching_service"]


async def accepted(matching: Matching, referral_id: ReferralId, offer_id: OfferId) -> answers.Answer:
    return await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))


async def declined(
    matching: Matching, referral_id: ReferralId, offer_id: OfferId, reason: DeclineReason = "other"
) -> answers.Answer:
    return await matching.perform(str(referral_id), lambda tx: answers.decline(tx, offer_id, reason))


async def test_an_accepted_offer_is_told_once_and_later_answers_are_told_so(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()

    assert await accepted(matching, referral_id, offer_id) == Answered()
    assert await accepted(matching, referral_id, offer_id) == TooLate("accepted")
    assert await declined(matching, referral_id, offer_id) == TooLate("accepted")

    assert len(await matching.told(OfferAccepted)) == 1
    assert await matching.told(OfferDeclined) == []
    assert await matching.places(1) == (3, 2, 1)


async def test_after_a_decline_the_next_therapist_is_asked_and_the_first_never_again(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, offer_id, _ = await matching.offered()
    first, second = await matching.therapist_id(1), await matching.therapist_id(2)

    await declined(matching, referral_id, offer_id)
    assert (await matching.proposed_for(referral_id)).therapist_id == second
    assert await matching.places(1) == (3, 3, 0)

    await matching.funds(referral_id)
    offer_id, _ = await matching.offer_of(referral_id)
    await declined(matching, referral_id, offer_id)

    assert [event.therapist_id for event in await matching.told(OfferDeclined)] == [first, second]
    assert [event.reason for event in await matching.told(ReferralWaitlisted)] == ["everyone-asked"]


@pytest.mark.parametrize(
    ("reason", "pauses", "for_ever"),
    [("full", True, False), ("away", True, False), ("conflict-of-interest", False, True), ("fee", False, False)],
)
async def test_a_reason_has_its_consequence(
    matching: Matching, reason: DeclineReason, *, pauses: bool, for_ever: bool
) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()

    await declined(matching, referral_id, offer_id, reason)

    standings = [event.standing for event in await matching.told(TherapistStandingChanged)]
    assert standings == (["active", "paused"] if pauses else ["active"])
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT for_ever FROM asked_pair") is for_ever


async def test_a_client_who_comes_back_may_be_offered_to_those_who_had_no_place_but_not_to_those_in_conflict(
    matching: Matching,
) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, offer_id, _ = await matching.offered()
    await declined(matching, referral_id, offer_id, "conflict-of-interest")
    await matching.funds(referral_id)
    offer_id, _ = await matching.offer_of(referral_id)
    await declined(matching, referral_id, offer_id, "other")
    await matching.hears(closed(referral_id))

    await matching.takes_on(referral_id)

    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)


async def test_an_offer_nobody_answers_is_reminded_once_and_then_passed_on(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, offer_id, token = await matching.offered()

    await matching.passes(timedelta(hours=37))
    (reminded,) = await matching.told(OfferReminded)
    letter = matching.opened(reminded, "notifications", OfferLetter)
    assert token not in letter.link
    assert await matching.told(OfferExpired) == []

    await matching.passes(timedelta(hours=36))
    assert [event.offer_id for event in await matching.told(OfferExpired)] == [offer_id]
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)
    assert await accepted(matching, referral_id, offer_id) == TooLate("expired")
    assert await matching.told(OfferAccepted) == []


async def test_an_answered_offer_is_neither_reminded_nor_expired(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    await accepted(matching, referral_id, offer_id)

    await matching.passes(timedelta(days=10))

    assert await matching.told(OfferReminded) == []
    assert await matching.told(OfferExpired) == []


async def test_a_close_takes_back_whatever_is_under_way(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=9, capacity_available=9))
    proposed = await matching.takes_on()
    offered, offer_id, _ = await matching.offered()
    taken, taken_offer, _ = await matching.offered()
    await accepted(matching, taken, taken_offer)
    running, running_offer, _ = await matching.offered()
    await accepted(matching, running, running_offer)
    match = await matching.proposed_for(running)
    await matching.perform(str(running), lambda tx: therapy.start(tx, match.match_id, actor="therapist"))
    waiting = await matching.takes_on(outward_code="AB10")
    assert await matching.places(1) == (9, 5, 4)

    for referral_id in (proposed, offered, taken, running, waiting):
        await matching.hears(closed(referral_id))
        await matching.hears(closed(referral_id))

    assert [event.referral_id for event in await matching.told(MatchWithdrawn)] == [proposed, taken]
    assert [event.referral_id for event in await matching.told(OfferWithdrawn)] == [offered]
    assert [(event.referral_id, event.outcome) for event in await matching.told(TherapyEnded)] == [
        (running, "ended-early")
    ]
    assert await matching.places(1) == (9, 9, 0)
    assert await accepted(matching, offered, offer_id) == TooLate("withdrawn")


async def test_a_therapy_starts_and_ends_and_frees_its_place(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    match_id = (await matching.proposed_for(referral_id)).match_id
    key = str(referral_id)
    with pytest.raises(Conflict):
        await matching.perform(key, lambda tx: therapy.start(tx, match_id, actor="therapist"))
    await accepted(matching, referral_id, offer_id)

    await matching.perform(key, lambda tx: therapy.start(tx, match_id, actor="therapist"))
    with pytest.raises(Conflict):
        await matching.perform(key, lambda tx: therapy.start(tx, match_id, actor="therapist"))
    await matching.perform(key, lambda tx: therapy.end(tx, match_id, "completed", actor="therapist"))
    with pytest.raises(Conflict):
        await matching.perform(key, lambda tx: therapy.end(tx, match_id, "completed", actor="therapist"))

    assert len(await matching.told(TherapyStarted)) == 1
    assert [event.outcome for event in await matching.told(TherapyEnded)] == ["completed"]
    assert await matching.places(1) == (3, 3, 0)


async def test_a_match_without_money_keeps_no_place_and_goes_on_when_money_comes(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    match = await matching.proposed_for(referral_id)

    await matching.hears(SubsidyWaitlisted(referral_id=referral_id, match_id=match.match_id, shortfall=Pence(60000)))
    assert [event.reason for event in await matching.told(ReferralWaitlisted)] == ["no-money"]
    assert await matching.places(1) == (3, 3, 0)

    await matching.subsidises(referral_id)
    assert [event.match_id for event in await matching.told(OfferSent)] == [match.match_id]
    assert await matching.places(1) == (3, 2, 1)


async def test_money_that_comes_when_the_therapist_is_full_goes_to_the_next(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    referral_id = await matching.takes_on()
    match = await matching.proposed_for(referral_id)
    await matching.hears(SubsidyWaitlisted(referral_id=referral_id, match_id=match.match_id, shortfall=Pence(60000)))
    await matching.takes_on()
    await matching.has_therapists(therapist_row(2, session_fee=90))

    await matching.subsidises(referral_id)

    assert [event.reason for event in await matching.told(MatchWithdrawn)] == ["therapist-unavailable"]
    assert await matching.told(OfferSent) == []
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)


async def test_an_answer_about_a_match_that_has_ended_changes_nothing(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    await matching.hears(closed(referral_id))

    await matching.subsidises(referral_id)

    assert await matching.told(OfferSent) == []
    assert len(await matching.told(MatchProposed)) == 1


async def test_funding_that_answers_twice_sends_one_offer(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    await matching.subsidises(referral_id)
    await matching.subsidises(referral_id)

    assert len(await matching.told(OfferSent)) == 1
    assert SubsidyGranted.speaker() == "funding"


async def test_who_lapsed_since_they_were_asked_takes_nobody_by_the_link_either(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, token = await matching.offered()
    therapist = await matching.therapist_id(1)
    await matching.perform(
        str(therapist),
        lambda tx: change_standing(tx, therapist, "lapsed", actors=frozenset({"registrar"})),
        actor="staff:1",
    )
    visitor = visitor_of(matching)

    sent = await visitor.sends(f"/offers/{token}/accept", f"/offers/{token}")
    assert (sent.status_code, "not in good standing" in sent.text) == (409, True)
    with pytest.raises(Conflict):
        await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id, by="coordinator"))
    assert await matching.told(OfferAccepted) == []


async def test_the_clock_of_acceptance_runs_again_when_staff_take_an_accepted_match_back(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    match_id = (await matching.proposed_for(referral_id)).match_id
    await matching.perform(str(referral_id), lambda tx: therapy.withdraw(tx, match_id), actor="staff:1")

    async with matching.kernel.reading() as db:
        kinds = {row[0] for row in await db.fetch("SELECT kind FROM milestone WHERE referral_id = $1", referral_id)}
    assert kinds == {"received", "someone-free", "offered"}
