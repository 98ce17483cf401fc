"""A suitable referral gets the best free therapist, or waits for a stated thing."""

from datetime import timedelta

from shared.events.intake import ConsentGiven, ConsentWithdrawn
from shared.events.matching import MatchProposed, MatchWithdrawn, OfferSent, ReferralWaitlisted
from shared.events.sealed import OfferLetter
from shared.kernel.money import Pence
from tests.component.matching import Matching, a_profile, matching_service, therapist_row, triaged

__all__ = ["matching_service"]


async def test_a_suitable_referral_is_matched_with_a_free_therapist(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))

    referral_id = await matching.takes_on()

    match = await matching.proposed_for(referral_id)
    assert match.therapist_id == await matching.therapist_id(1)
    assert (match.session_fee, match.sessions_planned) == (Pence(6000), 10)
    assert await matching.places(1) == (3, 2, 1)


async def test_a_redelivered_referral_is_matched_once(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await matching.takes_on()

    await matching.hears_again()

    assert len(await matching.told(MatchProposed)) == 1


async def test_the_nearer_of_two_equal_therapists_is_chosen(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, outward_code="EX1"), therapist_row(2, outward_code="TQ12"))

    referral_id = await matching.takes_on()

    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)


async def test_a_client_whom_nobody_is_near_waits_with_a_date_and_is_looked_at_again(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))

    await matching.takes_on(outward_code="AB10")
    await matching.passes(timedelta(hours=23))
    assert [event.reason for event in await matching.told(ReferralWaitlisted)] == ["nobody-near"]

    await matching.passes(timedelta(hours=2))
    first, second = await matching.told(ReferralWaitlisted)
    assert second.next_look_at == first.next_look_at + timedelta(hours=24)


async def test_an_unknown_outward_code_leaves_online_only(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, online="yes"))

    waiting = await matching.takes_on(outward_code="ZZ9")
    online = await matching.takes_on(outward_code="ZZ9", setting="either")

    assert [event.referral_id for event in await matching.told(ReferralWaitlisted)] == [waiting]
    assert [event.referral_id for event in await matching.told(MatchProposed)] == [online]


async def test_without_consent_to_sharing_nobody_is_asked_until_it_is_given(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on(consents=("referral",))
    assert [event.reason for event in await matching.told(ReferralWaitlisted)] == ["not-shared"]

    await matching.hears(ConsentGiven(referral_id=referral_id, purpose="subsidy", version=1))
    assert await matching.told(MatchProposed) == []

    await matching.hears(ConsentGiven(referral_id=referral_id, purpose="sharing", version=1))
    assert [event.referral_id for event in await matching.told(MatchProposed)] == [referral_id]


async def test_taking_back_consent_to_sharing_takes_the_match_back(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()

    await matching.hears(ConsentWithdrawn(referral_id=referral_id, purpose="sharing"))

    assert [event.reason for event in await matching.told(MatchWithdrawn)] == ["consent-withdrawn"]
    assert [event.reason for event in await matching.told(ReferralWaitlisted)] == ["not-shared"]
    assert await matching.places(1) == (3, 3, 0)


async def test_a_referral_that_is_no_longer_suitable_is_let_go(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()

    await matching.hears(triaged(referral_id, outcome="not-ready", decided_by="staff"))

    assert len(await matching.told(MatchWithdrawn)) == 1
    assert await matching.places(1) == (3, 3, 0)


async def test_a_referral_that_never_was_suitable_is_ignored(matching: Matching) -> None:
    await matching.hears(triaged(outcome="signposted"))

    assert await matching.told_types() == []


async def test_the_offer_goes_out_when_funding_has_answered(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on(priority="urgent")
    assert await matching.told(OfferSent) == []

    await matching.subsidises(referral_id)

    (sent,) = await matching.told(OfferSent)
    letter = matching.opened(sent, "notifications", OfferLetter)
    assert letter.email == "therapist1@example.org"
    assert letter.link.startswith("http://matching.test/offers/")
    assert sent.reply_by == matching.clock.now() + timedelta(hours=24)


async def test_the_need_can_be_read_only_with_the_referrals_key(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await matching.takes_on(outward_code="AB10", client_group="survivor")

    async with matching.kernel.reading() as db:
        rows = await db.fetch("SELECT need::text AS text FROM need UNION ALL SELECT explanation::text FROM explanation")

    assert rows
    assert not any("survivor" in row["text"] or "AB10" in row["text"] for row in rows)


async def test_a_profile_that_is_missing_is_refused_aloud(matching: Matching) -> None:
    outcome = await matching.hears(triaged())

    assert outcome.parked == 1
    async with matching.kernel.database.transaction() as db:
        await db.execute("DELETE FROM parked_event")
    assert a_profile().consents
