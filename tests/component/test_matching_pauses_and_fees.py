"""Pauses end, fees begin, places become stale and a fee owed is a hold: each by itself, at its own moment."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.matching.domain.fees import Fee
from services.matching.handlers import fees, therapists
from shared.events.funding import TherapistFeeOverdue, TherapistFeeSettled
from shared.kernel.errors import Conflict
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.register import SUMMER_NIGHT, does, history, insurance, letters, moves, shows, therapist, until

__all__ = ["matching_service"]


async def test_a_lapse_during_a_pause_leads_back_into_the_pause_while_it_lasts(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await shows(matching, insurance(date(2026, 6, 30)))
    await moves(matching, "paused", until=date(2026, 8, 1))
    await until(matching, SUMMER_NIGHT + timedelta(days=1))
    assert (await therapist(matching)).standing == "lapsed"

    await shows(matching, insurance(date(2027, 6, 30), issued_on=date(2026, 7, 1)))
    assert (await therapist(matching)).standing == "paused"
    await until(matching, datetime(2026, 7, 31, 22, 59, 59, tzinfo=UTC))
    assert (await therapist(matching)).standing == "paused"
    await matching.passes(timedelta(seconds=1))

    assert (await therapist(matching)).standing == "active"
    assert (await history(matching))[0].cause == "pause-over"


async def test_a_pause_touches_no_match(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_ids = [(await matching.offered())[0] for _ in range(2)]
    async with matching.kernel.reading() as db:
        before = [tuple(row) for row in await db.fetch("SELECT * FROM match ORDER BY match_id")]
    told = len(await matching.told_types())

    await moves(matching, "paused", actor="coordinator", reason="On holiday", until=date(2026, 3, 20))
    await matching.passes(timedelta(minutes=1))

    async with matching.kernel.reading() as db:
        assert [tuple(row) for row in await db.fetch("SELECT * FROM match ORDER BY match_id")] == before
    assert (await matching.told_types())[told:] == ["TherapistStandingChanged"]
    assert len(referral_ids) == 2
    assert (await moves(matching, "paused", number=2, until=date(2026, 3, 2))).code == "pause-is-over"


async def test_a_therapist_ends_their_own_pause_and_not_the_charity_s(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await moves(matching, "paused", actor="therapist")
    await moves(matching, "active", actor="therapist")
    await moves(matching, "paused", actor="coordinator")

    with pytest.raises(Conflict) as refused:
        await moves(matching, "active", actor="therapist")
    assert refused.value.code == "paused-by-the-charity"


async def test_places_are_asked_for_when_they_are_stale_and_again_until_somebody_answers(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await until(matching, datetime(2026, 3, 31, 22, 59, 59, tzinfo=UTC))
    assert await letters(matching) == []
    await matching.passes(timedelta(seconds=1))
    assert await letters(matching) == ["capacity-stale"]

    await does(matching, lambda tx, one: therapists.change_capacity(tx, one, maximum=3, available=3))
    await matching.passes(timedelta(days=29))
    assert await letters(matching) == ["capacity-stale"]
    await matching.passes(timedelta(days=31))

    assert await letters(matching) == ["capacity-stale"] * 3


async def test_a_fee_begins_at_midnight_and_what_was_matched_before_keeps_its_own(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    before = await matching.takes_on()
    day = date(2026, 6, 1)
    await does(matching, lambda tx, one: fees.set_fee(tx, one, Fee(day, Pence(7000), Pence(2500))))
    assert (await therapist(matching)).entry.session_fee == 6000

    await until(matching, datetime(2026, 5, 31, 23, tzinfo=UTC))

    entry = (await therapist(matching)).entry
    assert (entry.session_fee, entry.concession_fee) == (7000, 2500)
    assert (await matching.proposed_for(before)).session_fee == 6000


async def test_a_fee_owed_is_a_hold_beside_the_standing(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    therapist_id = await matching.therapist_id(1)

    await matching.hears(TherapistFeeOverdue(therapist_id=therapist_id))
    assert ((await therapist(matching)).fees_overdue, (await therapist(matching)).standing) == (True, "active")
    await matching.hears(TherapistFeeSettled(therapist_id=therapist_id))
    await matching.hears(TherapistFeeSettled(therapist_id=TherapistId(uuid4())))

    assert (await therapist(matching)).fees_overdue is False


async def test_who_paused_by_themselves_comes_back_by_themselves_after_a_lapse_too(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await shows(matching, insurance(date(2026, 6, 30)))
    await moves(matching, "paused", actor="therapist")
    await until(matching, SUMMER_NIGHT + timedelta(seconds=1))
    await shows(matching, insurance(date(2027, 6, 30), issued_on=date(2026, 7, 1)))
    assert (await therapist(matching)).standing == "paused"

    await moves(matching, "active", actor="therapist")

    assert (await therapist(matching)).standing == "active"
