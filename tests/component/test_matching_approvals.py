"""While people decide about the money, nobody is forgotten; after a no the client waits; what is added is shown."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.matching import store
from services.matching.handlers import answers, therapy
from services.matching.handlers.therapy import asking
from services.matching.store.episodes import episode_of
from shared.events.funding import SubsidyApprovalDecided, SubsidyApprovalWanted, SubsidyToppedUp, SubsidyWaitlisted
from shared.events.matching import MatchWithdrawn, OfferAccepted, OfferSent, OfferWithdrawn, ReferralWaitlisted
from shared.kernel.ids import AwardId, MatchId, ReferralId
from shared.kernel.money import Pence
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.portal import with_a_client

__all__ = ["matching_service"]


async def ids_of(matching: Matching, referral_id: ReferralId) -> dict[str, Any]:
    match = await matching.proposed_for(referral_id)
    return {"referral_id": referral_id, "match_id": match.match_id, "award_id": AwardId(uuid4())}


async def looks_wanted(matching: Matching) -> list[str]:
    async with matching.kernel.reading() as db:
        return [row["kind"] for row in await store.attention_wanted(db)]


async def match_of(matching: Matching, match_id: MatchId) -> Any:
    async with matching.kernel.reading() as db:
        return await store.match_by_id(db, match_id)


async def test_a_match_waits_for_people_without_being_given_up_and_coordinators_see_it(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    ids = await ids_of(matching, referral_id)
    await matching.passes(timedelta(minutes=61))
    assert await looks_wanted(matching) == ["funding-silent"]

    await matching.hears(SubsidyApprovalWanted(**ids, level=1))
    assert await looks_wanted(matching) == []
    await matching.passes(timedelta(days=2))
    assert await looks_wanted(matching) == []
    await matching.passes(timedelta(days=5))

    assert await looks_wanted(matching) == ["approval-waits"]
    assert await matching.told(MatchWithdrawn) == []
    assert await matching.places(1) == (3, 2, 1)
    await matching.hears(SubsidyApprovalDecided(**ids, approved=True))
    assert await matching.told(OfferSent) == []
    await matching.subsidises(referral_id)
    assert len(await matching.told(OfferSent)) == 1
    assert await looks_wanted(matching) == []


async def test_after_a_no_the_client_waits_for_money_with_a_next_look_and_the_place_is_free(
    matching: Matching,
) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    ids = await ids_of(matching, referral_id)
    await matching.hears(SubsidyApprovalWanted(**ids, level=1))

    await matching.hears(SubsidyApprovalDecided(**ids, approved=False))
    await matching.hears_again()
    assert (await match_of(matching, ids["match_id"])).state == "waiting-for-funds"
    await matching.hears(
        SubsidyWaitlisted(referral_id=referral_id, match_id=ids["match_id"], shortfall=Pence(48000)),
        SubsidyApprovalWanted(**ids, level=1),
    )

    (told,) = await matching.told(ReferralWaitlisted)
    assert (told.reason, told.next_look_at > matching.clock.now()) == ("no-money", True)
    assert await matching.places(1) == (3, 3, 0)
    assert (await match_of(matching, ids["match_id"])).state == "waiting-for-funds"
    await matching.passes(timedelta(days=8))
    assert await matching.told(MatchWithdrawn) == []
    await matching.subsidises(referral_id)
    assert [event.match_id for event in await matching.told(OfferSent)] == [ids["match_id"]]


async def test_what_people_say_of_a_match_that_has_moved_on_changes_nothing(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    ids = await ids_of(matching, referral_id)

    await matching.hears(SubsidyApprovalWanted(**ids, level=2), SubsidyApprovalDecided(**ids, approved=False))

    (accepted,) = await matching.told(OfferAccepted)
    assert accepted.contact_by == matching.clock.now() + timedelta(days=2)
    assert (await match_of(matching, ids["match_id"])).state == "accepted"
    assert await matching.told(ReferralWaitlisted) == []
    assert await looks_wanted(matching) == []


async def test_an_offer_whose_money_went_again_is_taken_back_and_decided_anew(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    await matching.subsidises(referral_id)
    first = await ids_of(matching, referral_id)

    await matching.hears(SubsidyApprovalWanted(**first, level=1), SubsidyApprovalDecided(**first, approved=False))
    assert await matching.told(OfferWithdrawn) == []
    await matching.hears(SubsidyWaitlisted(referral_id=referral_id, match_id=first["match_id"], shortfall=Pence(100)))

    assert [one.reason for one in await matching.told(OfferWithdrawn)] == ["superseded"]
    assert (await ids_of(matching, referral_id))["match_id"] != first["match_id"]
    assert await matching.places(1) == (3, 2, 1)


async def test_coordinators_see_where_money_went_after_a_yes_until_it_is_there_again(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    match_id = (await matching.proposed_for(referral_id)).match_id

    await matching.hears(SubsidyWaitlisted(referral_id=referral_id, match_id=match_id, shortfall=Pence(100)))
    assert await looks_wanted(matching) == ["subsidy-ended"]

    await matching.subsidises(referral_id)
    assert await looks_wanted(matching) == []
    present = await match_of(matching, match_id)
    assert (present.state, present.subsidy, present.sessions_planned) == ("accepted", 4500, 8)


async def test_a_therapist_sees_how_many_sessions_are_paid_for_now_and_by_whom(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    match_id = MatchId(UUID(client.rsplit("/", 1)[1]))
    match = await match_of(matching, match_id)
    key = str(match.referral_id)
    await matching.perform(key, lambda tx: therapy.start(tx, match_id, actor="therapist"))
    await matching.perform(key, lambda tx: asking.ask_for_more(tx, match_id, "Two more would settle it."))
    before = (await visitor.reads(client)).text

    await matching.hears(
        SubsidyToppedUp(
            **await ids_of(matching, match.referral_id),
            sessions=14,
            amount_per_session=Pence(4000),
            contribution_per_session=Pence(2000),
            valid_until=matching.clock.now().date(),
        )
    )

    after = (await visitor.reads(client)).text
    assert "paid by the client" in before
    assert "of 14 sessions" in after
    assert "£60 a session: £40 from the charity, £20 from the client" in after
    async with matching.kernel.reading() as db:
        assert (await episode_of(db, matching.kernel.keys, match)).more_wanted_at is None
