"""Therapists' fees: raised once by a dated policy, reminded of, overdue, and settled by one or by two people."""

from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

import pytest

from services.funding.domain.fees import Fee
from services.funding.handlers import fees as settling
from services.funding.store import fees
from shared.events.funding import TherapistFeeDue, TherapistFeeOverdue, TherapistFeeSettled
from shared.events.matching import TherapistSessionOpened
from shared.events.sealed import TherapistProfile
from shared.kernel.errors import Conflict
from shared.kernel.ids import TherapistId
from shared.web.cookies import THERAPIST_COOKIE, THERAPIST_SEEN_COOKIE, hash_of, session_cookies
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import SESSION_KEY, Visitor, pages_of, staff_of, visitor_of

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers

ONE, ANOTHER = f"staff:{UUID(int=1)}", f"staff:{UUID(int=2)}"


async def accepted(funding: Funding, therapist: TherapistId | None = None, client: Client | None = None) -> TherapistId:
    """A therapist takes a client."""
    match = (client or Client()).again()
    match = Client(match.referral_id, match.match_id, therapist or match.therapist_id)
    await funding.hears(match.proposed(), match.accepted())
    return match.therapist_id


async def fees_of(funding: Funding, therapist: TherapistId) -> list[Fee]:
    async with funding.kernel.reading() as db:
        return await fees.fees_of(db, therapist)


async def a_policy(funding: Funding, *, referral_fee: int = 2_500, alone: int = 5_000, valid_from: str) -> None:
    async with funding.kernel.reading() as db:
        await db.execute(
            "INSERT INTO fee_policy (valid_from, yearly_when, yearly_fee, referral_when, referral_fee, reminder_days,"
            " overdue_days, waived_by_one_to) VALUES"
            " ($1::text::date, 'first-acceptance-of-year', 6000, 'each-client', $2, '{7}', 21, $3)",
            valid_from, referral_fee, alone,
        )  # fmt: skip


async def test_the_first_acceptance_of_a_year_costs_the_yearly_fee_and_the_next_nothing(funding: Funding) -> None:
    therapist = await accepted(funding)
    await accepted(funding, therapist)
    assert [(fee.kind, fee.amount, fee.year) for fee in await fees_of(funding, therapist)] == [("yearly", 5_000, 2026)]

    await funding.passes(timedelta(days=310))
    await accepted(funding, therapist)

    assert [fee.year for fee in await fees_of(funding, therapist)] == [2027, 2026]
    assert len([one for one in await funding.told(TherapistFeeDue) if one.reminder == 0]) == 2


async def test_the_policy_of_the_day_says_what_is_owed_and_each_client_counts_once(funding: Funding) -> None:
    await a_policy(funding, valid_from="2026-03-10")
    client = Client()
    early = await accepted(funding, client=client)
    await funding.passes(timedelta(days=9))

    late = await accepted(funding, client=client)
    await accepted(funding, late, client)
    await accepted(funding, early, client)

    assert [(fee.kind, fee.amount) for fee in await fees_of(funding, early)] == [("referral", 2_500), ("yearly", 5_000)]
    assert sorted((fee.kind, fee.amount) for fee in await fees_of(funding, late)) == [
        ("referral", 2_500),
        ("yearly", 6_000),
    ]


async def test_a_fee_is_reminded_of_and_then_overdue_and_the_others_are_told_once(funding: Funding) -> None:
    therapist = await accepted(funding)
    await funding.passes(timedelta(days=41))
    assert [one.reminder for one in await funding.told(TherapistFeeDue)] == [0, 1, 2]
    assert await funding.told(TherapistFeeOverdue) == []

    await funding.passes(timedelta(days=1))

    assert [one.therapist_id for one in await funding.told(TherapistFeeOverdue)] == [therapist]
    (fee,) = await fees_of(funding, therapist)
    assert fee.state == "overdue"
    await funding.passes(timedelta(days=90))
    assert len(await funding.told(TherapistFeeOverdue)) == 1


async def test_a_therapist_is_settled_once_nothing_overdue_is_left(funding: Funding) -> None:
    await a_policy(funding, valid_from="2026-01-01")
    therapist = await accepted(funding)
    first, second = await fees_of(funding, therapist)
    await funding.passes(timedelta(days=22))
    assert len(await funding.told(TherapistFeeOverdue)) == 1

    await funding.perform(str(therapist), lambda tx: settling.note_paid(tx, first.fee_id), actor=ONE)
    assert await funding.told(TherapistFeeSettled) == []
    await funding.perform(str(therapist), lambda tx: settling.note_paid(tx, second.fee_id), actor=ONE)

    assert [one.therapist_id for one in await funding.told(TherapistFeeSettled)] == [therapist]
    with pytest.raises(Conflict):
        await funding.perform(str(therapist), lambda tx: settling.note_paid(tx, second.fee_id), actor=ONE)


async def test_a_fee_paid_in_time_is_never_overdue_and_nobody_is_told(funding: Funding) -> None:
    therapist = await accepted(funding)
    (fee,) = await fees_of(funding, therapist)

    await funding.perform(str(therapist), lambda tx: settling.note_paid(tx, fee.fee_id), actor=ONE)
    await funding.passes(timedelta(days=60))

    assert len(await funding.told(TherapistFeeDue)) == 1
    assert await funding.told(TherapistFeeOverdue) == []
    assert await funding.told(TherapistFeeSettled) == []


async def test_above_the_limit_it_takes_two_to_waive_a_fee_and_nobody_is_both(funding: Funding) -> None:
    await a_policy(funding, valid_from="2026-01-01", referral_fee=0, alone=5_999)
    therapist = await accepted(funding)
    (fee,) = await fees_of(funding, therapist)
    await funding.passes(timedelta(days=22))

    asked = await funding.perform(str(therapist), lambda tx: settling.waive(tx, fee.fee_id, "Long illness"), actor=ONE)
    assert asked == "waiver-asked"
    with pytest.raises(Conflict, match="own-request"):
        await funding.perform(str(therapist), lambda tx: settling.decide_waiver(tx, fee.fee_id, agreed=True), actor=ONE)
    assert await funding.told(TherapistFeeSettled) == []
    await funding.perform(str(therapist), lambda tx: settling.decide_waiver(tx, fee.fee_id, agreed=True), actor=ANOTHER)

    assert len(await funding.told(TherapistFeeSettled)) == 1
    assert (await fees_of(funding, therapist))[0].state == "waived"
    async with funding.kernel.reading() as db:
        assert b"illness" not in await db.fetchval("SELECT reason FROM fee_decision WHERE reason IS NOT NULL")


async def test_a_refused_waiver_leaves_the_fee_owed_and_overdue_when_its_day_has_passed(funding: Funding) -> None:
    await a_policy(funding, valid_from="2026-01-01", referral_fee=0, alone=0)
    therapist = await accepted(funding)
    (fee,) = await fees_of(funding, therapist)
    await funding.perform(str(therapist), lambda tx: settling.waive(tx, fee.fee_id, "Moved away"), actor=ONE)
    await funding.passes(timedelta(days=30))
    assert await funding.told(TherapistFeeOverdue) == []

    await funding.perform(
        str(therapist), lambda tx: settling.decide_waiver(tx, fee.fee_id, agreed=False), actor=ANOTHER
    )

    assert len(await funding.told(TherapistFeeOverdue)) == 1
    assert (await fees_of(funding, therapist))[0].state == "overdue"


async def test_finance_alone_sees_and_settles_fees(funding: Funding) -> None:
    therapist = await accepted(funding)
    (fee,) = await fees_of(funding, therapist)
    path, finance = f"/fees/{fee.fee_id}", await staff_of(funding, "finance")
    assert (await visitor_of(funding).reads("/fees")).status_code == 303
    assert (await (await staff_of(funding, "coordinator")).reads("/fees")).status_code == 403

    assert "£50" in (await finance.reads("/fees")).text
    refused = await finance.sends(f"{path}/waive", path, reason="")
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert (await finance.sends(f"{path}/paid", path)).status_code == 303
    assert "Noted as paid" in (await finance.reads(path)).text
    assert "Paid" in (await finance.reads("/fees?show=settled")).text


async def test_a_therapist_sees_their_own_fees_and_nobody_elses(funding: Funding) -> None:
    therapist, other = await accepted(funding), await accepted(funding)
    (own,), (foreign,) = await fees_of(funding, therapist), await fees_of(funding, other)
    token = token_urlsafe(32)
    opened = TherapistSessionOpened(
        therapist_id=therapist, session_hash=hash_of(token), expires_at=funding.clock.now() + timedelta(hours=1)
    )
    await funding.hears(opened, seal={"funding": TherapistProfile(display_name="Kim Example")})

    shown = (await therapist_at(funding, token).reads("/fees/mine")).text

    assert own.fee_id.hex[-6:].upper() in shown
    assert foreign.fee_id.hex[-6:].upper() not in shown
    assert (await visitor_of(funding).reads("/fees/mine")).headers["location"].startswith("https://matching.example")
    assert (await therapist_at(funding, token).reads(f"/fees/{own.fee_id}")).status_code == 303


def therapist_at(funding: Funding, token: str) -> Visitor:
    """A therapist's browser."""
    now = funding.clock.now()
    cookies = session_cookies(SESSION_KEY, token, now, cookie=THERAPIST_COOKIE, seen=THERAPIST_SEEN_COOKIE)
    return Visitor(pages_of(funding), cookies)
