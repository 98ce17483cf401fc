"""Staff confirm, override and act for therapists; a yes can be taken back, and a client may wish for somebody else."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from services.matching import store
from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers import answers, declining, desk, therapy
from services.matching.handlers.answers import Answered, TooLate
from services.matching.handlers.desk import ByPhone
from shared.events.matching import (
    LetterRequested,
    MatchProposed,
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferReminded,
    OfferSent,
    OfferStalled,
    TherapyEnded,
    TriageWanted,
)
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import MatchId, OfferId, ReferralId
from tests.component.matching import POLICY, Matching, matching_service, therapist_row
from tests.component.matching_pages import staff_of

__all__ = ["matching_service"]

WHY = "Said so on the phone at ten."


def with_confirmation(matching: Matching) -> None:
    """Let two kinds of no wait for a word from staff."""
    policy = replace(POLICY, decline_confirmation_hours={"fee": 4, "other": 4})
    settings = SimpleNamespace(**{**vars(matching.kernel.settings), "policy": policy})
    for part in (matching.kernel, matching.kernel.inbox, matching.kernel.timers):
        part.settings = settings


async def decline(matching: Matching, referral_id: ReferralId, offer_id: OfferId, reason: DeclineReason) -> None:
    await matching.perform(str(referral_id), lambda tx: answers.decline(tx, offer_id, reason))


async def accept(matching: Matching, referral_id: ReferralId, offer_id: OfferId) -> MatchId:
    await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    return (await matching.told(OfferAccepted))[-1].match_id


async def looks_wanted(matching: Matching) -> list[str]:
    async with matching.kernel.reading() as db:
        return [row["kind"] for row in await store.attention_wanted(db)]


async def notes(matching: Matching, match_id: MatchId, referral_id: ReferralId) -> list[tuple[str, str, str]]:
    async with matching.kernel.reading() as db:
        found = await store.notes_of_match(db, matching.kernel.keys, match_id, referral_id)
    return [(note.kind, note.noted_by, note.words) for note in found]


async def test_a_no_that_wants_confirming_is_shown_and_stands_by_itself_after_a_time(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    with_confirmation(matching)
    referral_id, offer_id, _ = await matching.offered()

    await decline(matching, referral_id, offer_id, "fee")
    assert await looks_wanted(matching) == ["decline-to-confirm"]
    assert await matching.told(OfferDeclined) == []
    late = await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    assert late == TooLate("declining")

    await matching.passes(timedelta(hours=4))
    assert [event.reason for event in await matching.told(OfferDeclined)] == ["fee"]
    assert len(await matching.told(MatchProposed)) == 2
    assert await looks_wanted(matching) == []


async def test_staff_override_a_no_with_a_letter_and_a_new_time_to_answer(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    with_confirmation(matching)
    referral_id, offer_id, _ = await matching.offered()
    await matching.passes(timedelta(hours=20))
    await decline(matching, referral_id, offer_id, "other")

    await matching.perform(
        str(referral_id), lambda tx: desk.settle_decline(tx, offer_id, stands=False, why=WHY), actor="staff:7"
    )

    assert [event.kind for event in await matching.told(LetterRequested)] == ["offer-extended"]
    (extended,) = await matching.told(OfferExtended)
    assert extended.reply_by == matching.clock.now() + timedelta(hours=72)
    assert await looks_wanted(matching) == []
    await matching.passes(timedelta(hours=71))
    assert await matching.told(OfferDeclined) == []
    assert await matching.told(OfferExpired) == []
    assert await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id)) == Answered()


async def test_staff_confirm_a_no_and_only_while_it_is_one(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    with_confirmation(matching)
    referral_id, offer_id, _ = await matching.offered()
    with pytest.raises(Conflict):
        await matching.perform(str(referral_id), lambda tx: declining.override_decline(tx, offer_id))
    await decline(matching, referral_id, offer_id, "fee")

    await matching.perform(
        str(referral_id), lambda tx: desk.settle_decline(tx, offer_id, stands=True, why=WHY), actor="staff:7"
    )

    assert [event.reason for event in await matching.told(OfferDeclined)] == ["fee"]


async def test_a_need_that_is_not_as_described_goes_back_to_triage_and_comes_again(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, offer_id, _ = await matching.offered()

    await decline(matching, referral_id, offer_id, "not-as-described")
    (wanted,) = await matching.told(TriageWanted)
    assert wanted.referral_id == referral_id
    assert len(await matching.told(MatchProposed)) == 1

    await matching.takes_on(referral_id)
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)


async def test_a_yes_taken_back_is_seen_and_the_next_therapist_asked(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, offer_id, _ = await matching.offered()
    await accept(matching, referral_id, offer_id)

    await matching.perform(
        str(referral_id), lambda tx: declining.give_up(tx, offer_id, "away", by="therapist"), actor="therapist:1"
    )

    (event,) = await matching.told(OfferDeclined)
    assert (event.after_acceptance, event.reason, event.still_open) == (True, "away", False)
    assert await looks_wanted(matching) == ["given-up"]
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)
    assert await matching.places(1) == (3, 3, 0)
    page = await (await staff_of(matching, "coordinator")).reads("/matches")
    assert "gave the client up after accepting" in page.text


async def test_once_they_have_met_nobody_gives_a_client_back_and_no_match_is_withdrawn(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    match_id = await accept(matching, referral_id, offer_id)
    await matching.perform(str(referral_id), lambda tx: therapy.start(tx, match_id, actor="therapist"))

    with pytest.raises(Conflict):
        await matching.perform(str(referral_id), lambda tx: declining.give_up(tx, offer_id, "other", by="therapist"))
    with pytest.raises(Conflict):
        await matching.perform(str(referral_id), lambda tx: therapy.withdraw(tx, match_id))


@pytest.mark.parametrize("met", [False, True])
async def test_a_client_who_wishes_for_somebody_else_gets_the_next_and_never_the_same(
    matching: Matching, *, met: bool
) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, offer_id, _ = await matching.offered()
    match_id = await accept(matching, referral_id, offer_id)
    if met:
        await matching.perform(str(referral_id), lambda tx: therapy.start(tx, match_id, actor="therapist"))

    await matching.perform(str(referral_id), lambda tx: desk.ask_for_another(tx, match_id), actor="staff:7")

    assert [(event.match_id, event.reason) for event in await matching.told(MatchWithdrawn)] == [
        (match_id, "client-wish")
    ]
    assert await matching.told(TherapyEnded) == []
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT for_ever FROM asked_pair WHERE outcome = 'client-wish'") is True
    with pytest.raises(Conflict):
        await matching.perform(str(referral_id), lambda tx: desk.ask_for_another(tx, match_id))


async def test_a_finished_client_can_come_back_and_wait_or_be_asked_for_like_anybody(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    referral_id, offer_id, _ = await matching.offered()
    match_id = await accept(matching, referral_id, offer_id)
    other = await matching.takes_on()
    await matching.perform(str(referral_id), lambda tx: therapy.start(tx, match_id, actor="therapist"))
    await matching.perform(str(referral_id), lambda tx: therapy.end(tx, match_id, "completed", actor="therapist"))
    await matching.passes(timedelta(seconds=1))
    assert (await matching.proposed_for(other)).therapist_id == await matching.therapist_id(1)

    await matching.has_therapists(therapist_row(2))
    await matching.takes_on(referral_id)

    assert (await matching.proposed_for(referral_id)).match_id != match_id
    async with matching.kernel.reading() as db:
        episodes = await store.episodes_since(db, matching.clock.now() - timedelta(days=30))
    assert sorted(row["episode"] for row in episodes if row["referral_id"] == referral_id) == [1, 2]


@pytest.mark.parametrize(("answer", "event"), [("accepted", OfferAccepted), ("declined", OfferDeclined)])
async def test_staff_write_what_a_therapist_said_by_phone_and_why(
    matching: Matching, answer: ByPhone, event: type[OfferAccepted | OfferDeclined]
) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    match_id = (await matching.proposed_for(referral_id)).match_id

    with pytest.raises(Unprocessable):
        await matching.perform(str(referral_id), lambda tx: desk.answer_for(tx, offer_id, answer, ""), actor="staff:7")
    await matching.perform(str(referral_id), lambda tx: desk.answer_for(tx, offer_id, answer, WHY), actor="staff:7")

    assert len(await matching.told(event)) == 1
    assert await notes(matching, match_id, referral_id) == [(answer, "staff:7", WHY)]
    with pytest.raises(Conflict):
        await matching.perform(str(referral_id), lambda tx: desk.answer_for(tx, offer_id, answer, WHY), actor="staff:7")


async def test_more_time_moves_the_reminder_and_the_end(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    (sent,) = await matching.told(OfferSent)
    until = sent.reply_by + timedelta(days=2)
    with pytest.raises(Unprocessable):
        await matching.perform(str(referral_id), lambda tx: desk.extend(tx, offer_id, sent.reply_by, WHY))

    await matching.perform(str(referral_id), lambda tx: desk.extend(tx, offer_id, until, WHY), actor="staff:7")

    await matching.passes(timedelta(days=4))
    assert await matching.told(OfferExpired) == []
    assert len(await matching.told(OfferReminded)) == 1
    await matching.passes(timedelta(days=1, minutes=1))
    assert len(await matching.told(OfferExpired)) == 1


async def test_a_therapist_who_thinks_about_it_and_is_silent_is_asked_once_how_far_they_are(
    matching: Matching,
) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    await matching.passes(timedelta(hours=2))
    for _ in range(2):
        await matching.perform(str(referral_id), lambda tx: answers.acknowledge(tx, offer_id))

    await matching.passes(timedelta(hours=36))
    assert [event.offer_id for event in await matching.told(OfferStalled)] == [offer_id]
    assert [event.kind for event in await matching.told(LetterRequested)] == ["offer-stalled"]
    assert await matching.told(OfferReminded) == []
    await matching.passes(timedelta(hours=33))
    assert len(await matching.told(OfferStalled)) == 1


async def test_the_pages_write_what_was_said_and_refuse_aloud(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, offer_id, _ = await matching.offered()
    match_id = (await matching.proposed_for(referral_id)).match_id
    coordinator, page = await staff_of(matching, "coordinator"), f"/matches/{match_id}"
    answer = f"/matches/offers/{offer_id}/answer"

    again = await coordinator.sends(answer, page, answer="declined", reason="fee", why="Rang. " * 100)
    assert (again.status_code, "There is a problem" in again.text, "Rang. Rang." in again.text) == (422, True, True)
    assert f'href="#why-answer-{offer_id}"' in again.text
    assert f'id="why-answer-{offer_id}"' in again.text
    assert '<option value="declined" selected>' in again.text
    assert '<option value="fee" selected>' in again.text
    for form, problem in (("extend", "hours"), ("withdraw", "why")):
        refused = await coordinator.sends(f"/matches/offers/{offer_id}/{form}", page)
        assert (refused.status_code, refused.text.count(f'id="wrong-{problem}-{form}-{offer_id}"')) == (422, 1)
    assert (await coordinator.sends(answer, page, answer="accepted", why=WHY)).status_code == 303
    assert WHY in (await coordinator.reads(page)).text
    assert (await coordinator.sends(f"/matches/offers/{offer_id}/extend", page, hours="24", why=WHY)).status_code == 409
    assert (await coordinator.sends(f"/matches/{match_id}/another", page)).status_code == 303

    waiting = f"/matches/waiting/{referral_id}"
    for never in ("2020-01-01", "2206-04-01"):
        assert (await coordinator.sends(f"{waiting}/hold", waiting, until=never)).status_code == 422
    assert (await coordinator.sends(f"{waiting}/hold", waiting, until="2026-04-01")).status_code == 303
    assert "On hold" in (await coordinator.reads(waiting)).text
    assert "The client is not ready yet" in (await coordinator.reads("/matches/waiting")).text
    assert (await coordinator.sends(f"{waiting}/ready", waiting)).status_code == 303
    assert "working days" in (await coordinator.reads("/matches/clocks")).text
    for finance in [await staff_of(matching, "finance")]:
        assert (await finance.reads("/matches/waiting")).status_code == 403
        assert (await finance.reads("/matches/clocks")).status_code == 403
