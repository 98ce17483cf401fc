"""Credentials in time: warned about, lapsed at London's midnight, renewed, read from files, taken back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.matching import store
from services.matching.domain.capacity import Refused
from services.matching.domain.credentials import Credential, Evidence
from services.matching.domain.register_policy import RegisterPolicy
from services.matching.handlers import answers, credentials
from services.matching.store.accreditation import accreditation_of
from shared.events.matching import LetterRequested, OfferSent, OfferWithdrawn, TherapistStandingChanged
from shared.events.sealed import Letter
from shared.kernel.errors import Conflict, NotFound
from tests.component.matching import SETTINGS, Matching, matching_service, therapist_row
from tests.component.register import SUMMER_NIGHT, does, history, insurance, letters, moves, shows, therapist, until

__all__ = ["matching_service"]


async def test_insurance_is_warned_about_twice_and_lapses_at_midnight_in_london(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await shows(matching, insurance(date(2026, 6, 30)))
    await matching.offered()

    await until(matching, SUMMER_NIGHT - timedelta(days=60, seconds=1))
    await until(matching, SUMMER_NIGHT)
    kinds = [kind for kind in await letters(matching) if kind != "capacity-stale"]
    assert kinds == ["credential-warning", "credential-warning"]
    assert (await therapist(matching)).standing == "active"
    before = (await matching.places(1))[2]
    await matching.passes(timedelta(seconds=1))

    assert (await therapist(matching)).standing == "lapsed"
    assert [event.standing for event in await matching.told(TherapistStandingChanged)] == ["active", "lapsed"]
    (lapse, _) = await history(matching)
    assert (lapse.cause, lapse.reason) == ("credentials", "Insurance ran out on 30 June 2026.")
    assert (await matching.places(1))[2] == before
    assert await matching.told(OfferWithdrawn) == []
    sent = (await matching.told(LetterRequested))[-1]
    assert sent.kind == "credential-lapsed"
    letter = matching.opened(sent, "notifications", Letter)
    assert (letter.email, letter.link) == ("therapist1@example.org", "http://matching.test/portal")


async def test_who_lapses_with_an_open_offer_is_not_waited_for_and_the_next_is_asked(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=80))
    await shows(matching, insurance(date(2026, 3, 3)))
    referral_id, offer_id, _ = await matching.offered()
    accepted, kept, _ = await matching.offered()
    await matching.perform(str(accepted), lambda tx: answers.accept(tx, kept))

    await matching.passes(timedelta(days=1, hours=16))

    assert (await therapist(matching)).standing == "lapsed"
    assert [(one.offer_id, one.reason) for one in await matching.told(OfferWithdrawn)] == [
        (offer_id, "therapist-unavailable")
    ]
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)
    assert (await matching.places(1))[2] == 1


async def test_a_lapsed_therapist_gets_no_new_offers_and_renewal_brings_them_back(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await shows(matching, insurance(date(2026, 6, 30)))
    await until(matching, SUMMER_NIGHT + timedelta(seconds=1))
    waiting = await matching.takes_on()
    async with matching.kernel.reading() as db:
        assert await store.waiting_of(db, waiting) is not None

    await shows(matching, insurance(date(2027, 6, 30), issued_on=date(2026, 7, 1)))
    await matching.passes(timedelta(0))

    assert (await therapist(matching)).standing == "active"
    assert (await matching.proposed_for(waiting)).therapist_id == await matching.therapist_id(1)
    assert (await history(matching))[0].cause == "credentials"


async def test_a_process_that_was_down_catches_up_with_what_is_so_today(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2))
    await shows(matching, insurance(date(2026, 6, 30)))
    await shows(matching, insurance(date(2026, 6, 30)), number=2)
    matching.clock.advance(timedelta(days=110))

    await matching.passes(timedelta(0))
    assert [kind for kind in await letters(matching) if kind == "credential-warning"] == ["credential-warning"] * 2
    await shows(matching, insurance(date(2027, 6, 30), issued_on=date(2026, 6, 1)), number=2)
    matching.clock.advance(timedelta(days=40))
    await matching.passes(timedelta(0))

    assert (await therapist(matching, 1)).standing == "lapsed"
    assert (await therapist(matching, 2)).standing == "active"


async def test_a_lapse_that_a_person_decided_on_is_for_a_person_to_end(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await moves(matching, "lapsed", reason="Did not answer for a year")

    await shows(matching, insurance(date(2027, 6, 30)))
    assert (await therapist(matching)).standing == "lapsed"
    await moves(matching, "active", who="Robin Example")
    assert next((change.after, change.who) for change in await history(matching)) == ("active", "Robin Example")


async def test_nobody_is_made_active_with_a_credential_that_has_run_out(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await shows(matching, insurance(date(2026, 6, 30)))
    await until(matching, SUMMER_NIGHT + timedelta(seconds=1))

    refused = await moves(matching, "active")

    assert isinstance(refused, Refused)
    assert "Insurance ran out on 30 June 2026" in refused.sentence
    assert (await therapist(matching)).standing == "lapsed"


async def test_what_is_wrong_is_said_and_what_is_shown_twice_is_kept_once(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))

    wrong = await shows(matching, insurance(date(2027, 1, 1), amount=100, issued_on=date(2026, 3, 3)))
    first = await shows(matching, insurance(date(2027, 1, 1)))
    again = await shows(matching, insurance(date(2027, 1, 1)))

    assert isinstance(wrong, tuple)
    assert isinstance(first, Credential)
    assert again == first
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM credential") == 1
        assert "Robin" not in await db.fetchval("SELECT encode(details, 'escape') FROM credential")


async def test_what_was_recorded_in_error_is_taken_back(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    credential = await shows(matching, insurance(date(2027, 1, 1)))
    assert isinstance(credential, Credential)

    await does(matching, lambda tx, one: credentials.withdraw_credential(tx, one, credential.credential_id))

    async with matching.kernel.reading() as db:
        lines = await accreditation_of(db, matching.kernel.keys, await matching.therapist_id(1), date(2026, 3, 2))
    assert {line.state for line in lines} == {"not-verified"}
    assert (await therapist(matching)).standing == "active"
    with pytest.raises(NotFound):
        await does(matching, lambda tx, one: credentials.withdraw_credential(tx, one, uuid4()))


async def test_an_enhanced_clearance_opens_work_with_children_and_its_end_closes_it(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, child_clearance="yes"))
    kind: Any = "clearance"
    basic = Evidence(kind=kind, issued_on=date(2026, 1, 1), expires_on=date(2030, 1, 1), level="basic")
    enhanced = Evidence(kind=kind, issued_on=date(2026, 1, 1), expires_on=date(2026, 3, 9), level="enhanced")

    await shows(matching, basic)
    assert (await therapist(matching)).entry.child_clearance is False
    await shows(matching, enhanced)
    assert (await therapist(matching)).entry.child_clearance is True
    await until(matching, datetime(2026, 3, 10, tzinfo=UTC))

    assert (await therapist(matching)).entry.child_clearance is False
    assert (await therapist(matching)).standing == "active"


async def test_a_file_shows_credentials_and_wrong_ones_are_named(matching: Matching) -> None:
    good = {"insurance_issued": "2026-01-01", "insurance_expires": "2026-06-30", "insurance_amount": "2000000"}
    low = {**good, "insurance_amount": "1000000"}
    row = therapist_row(1, **good)

    report = await matching.has_therapists(row, therapist_row(2, **low))
    again = await matching.has_therapists(row)

    assert (report.added, again.unchanged) == (1, 1)
    assert [(error.row, error.column) for error in report.errors] == [(3, "insurance_amount")]
    await until(matching, SUMMER_NIGHT + timedelta(seconds=1))
    assert (await therapist(matching)).standing == "lapsed"
    old_again = await matching.has_therapists(row)
    assert (old_again.unchanged, old_again.errors) == (1, [])
    new = {"insurance_issued": "2026-07-01", "insurance_expires": "2027-06-30", "insurance_amount": "2000000"}
    renewed = await matching.has_therapists(therapist_row(1, **new))
    await matching.passes(timedelta(0))

    assert renewed.changed == 1
    assert (await therapist(matching)).standing == "active"


async def test_where_credentials_are_required_nobody_becomes_active_without_them(matching: Matching) -> None:
    matching.kernel.settings = type(SETTINGS)(
        **{**vars(SETTINGS), "register_policy": RegisterPolicy(credentials_required=True)}
    )
    await matching.has_therapists(therapist_row(1))

    assert (await therapist(matching)).standing == "approved"
    refused = await moves(matching, "active")
    assert isinstance(refused, Refused)
    assert "insurance" in refused.sentence


async def test_a_therapist_without_credentials_is_not_verified_and_keeps_their_standing(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))

    await matching.passes(timedelta(days=400))

    assert (await therapist(matching)).standing == "active"
    assert set(await letters(matching)) == {"capacity-stale"}


async def test_a_clearance_taken_back_leaves_nobody_cleared_for_children(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    kind: Any = "clearance"
    issued = Evidence(kind=kind, issued_on=date(2026, 1, 1), expires_on=date(2028, 1, 1), level="enhanced")
    recorded = await shows(matching, issued)
    assert isinstance(recorded, Credential)
    assert (await therapist(matching)).entry.child_clearance is True

    await does(matching, lambda tx, who: credentials.withdraw_credential(tx, who, recorded.credential_id))

    assert (await therapist(matching)).entry.child_clearance is False


async def test_who_lapses_before_the_money_is_there_is_not_asked_any_more(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=110))
    referral_id = await matching.takes_on()
    first = await matching.proposed_for(referral_id)
    assert first.therapist_id == await matching.therapist_id(1)
    await moves(matching, "lapsed", reason="Did not answer for a year")

    await matching.funds(referral_id)

    assert await matching.told(OfferSent) == []
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)


async def test_whose_clearance_ended_since_they_were_asked_takes_no_child(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, child_clearance="yes", age_bands="13-17;26-64"))
    kind: Any = "clearance"
    for level, ends in (("enhanced", date(2026, 3, 3)), ("basic", date(2028, 3, 3))):
        shown: Any = level
        await shows(matching, Evidence(kind=kind, issued_on=date(2026, 1, 1), expires_on=ends, level=shown))
    referral_id, offer_id, _ = await matching.offered(age_band="13-17")
    await until(matching, datetime(2026, 3, 4, 1, tzinfo=UTC))
    assert (await therapist(matching)).standing == "active"

    with pytest.raises(Conflict):
        await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
