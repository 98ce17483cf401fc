"""Receipts and statements of therapists' fees: one for each payment, the same each time, and nobody else's."""

import asyncio
import csv
import io
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.funding.handlers import fees as settling
from services.funding.store import receipts
from shared.events.asks import TherapistCard
from shared.events.funding import TherapistFeeOverdue, TherapistFeeSettled
from shared.events.matching import TherapistSessionOpened
from shared.events.sealed import TherapistProfile
from shared.kernel.errors import Conflict
from shared.kernel.ids import TherapistId
from shared.web.cookies import hash_of
from tests.component.funding import Funding, funding_service
from tests.component.funding_pages import Visitor, staff_of
from tests.component.test_funding_fees import a_policy, accepted, fees_of
from tests.component.test_funding_fees import therapist_at as browser_of

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers

FINANCE = f"staff:{UUID(int=1)}"


class Matching:
    """Stands for matching, which knows the names of therapists."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def ask(self, _service: str, _question: Any, _answer: Any, *, deadline: float) -> Any:  # noqa: ARG002
        """Whatever name is known at the moment."""
        return TherapistCard(name=self.name, email="kim@example.org")


async def paid(funding: Funding, therapist: TherapistId) -> UUID:
    """The first fee of a therapist is paid."""
    fee = (await fees_of(funding, therapist))[0]
    await funding.perform(str(therapist), lambda tx: settling.note_paid(tx, fee.fee_id), actor=FINANCE)
    return fee.fee_id


async def therapist_at(funding: Funding, therapist: TherapistId, name: str = "Kim Example") -> Visitor:
    """A therapist who has just signed in."""
    token = token_urlsafe(32)
    expires_at = funding.clock.now() + timedelta(hours=1)
    opened = TherapistSessionOpened(therapist_id=therapist, session_hash=hash_of(token), expires_at=expires_at)
    await funding.hears(opened, seal={"funding": TherapistProfile(display_name=name)})
    return browser_of(funding, token)


async def labels(funding: Funding, year: int = 2026) -> list[tuple[str, bool]]:
    async with funding.kernel.reading() as db:
        found = await receipts.receipts_of_year(db, funding.kernel.keys, year)
    return [(one.label, one.undone_on is None) for one in found]


async def test_each_payment_gets_the_next_number_of_its_year_and_one_taken_back_keeps_it(funding: Funding) -> None:
    first, second = await accepted(funding), await accepted(funding)
    fee = await paid(funding, first)
    await paid(funding, second)
    await funding.perform(str(first), lambda tx: settling.undo_payment(tx, fee, "Cheque bounced"), actor=FINANCE)
    with pytest.raises(Conflict, match="fee-is-due"):
        await funding.perform(str(first), lambda tx: settling.undo_payment(tx, fee, "Again"), actor=FINANCE)
    finance = await staff_of(funding, "finance")
    assert (await finance.reads(f"/fees/{fee}/receipt.pdf")).status_code == 404

    await paid(funding, first)

    assert await labels(funding) == [("R2026-0001", False), ("R2026-0002", True), ("R2026-0003", True)]
    with pytest.raises(Exception, match="keeps what it says"):
        await funding.perform("x", lambda tx: tx.db.execute("UPDATE fee_receipt SET number = 9 WHERE number = 2"))
    rows = list(csv.reader(io.StringIO((await finance.reads("/fees/receipts.csv?year=2026")).text.lstrip("\ufeff"))))
    assert [(row[0], row[2], row[6]) for row in rows[1:]] == [
        ("R2026-0001", "50.00", "2026-03-02"),
        ("R2026-0002", "50.00", ""),
        ("R2026-0003", "50.00", ""),
    ]


async def test_payments_noted_at_the_same_moment_get_numbers_of_their_own_without_a_gap(funding: Funding) -> None:
    therapists = [await accepted(funding) for _ in range(6)]

    await asyncio.gather(*(paid(funding, therapist) for therapist in therapists))

    assert await labels(funding) == [(f"R2026-{number:04d}", True) for number in range(1, 7)]


async def test_a_payment_taken_back_late_is_overdue_again_and_the_others_are_told(funding: Funding) -> None:
    therapist = await accepted(funding)
    fee = await paid(funding, therapist)
    await funding.passes(timedelta(days=50))
    finance = await staff_of(funding, "finance")

    assert (await finance.sends(f"/fees/{fee}/undo", f"/fees/{fee}", reason="")).status_code == 422
    assert (await finance.sends(f"/fees/{fee}/undo", f"/fees/{fee}", reason="Bounced")).status_code == 303

    assert [one.therapist_id for one in await funding.told(TherapistFeeOverdue)] == [therapist]
    assert (await finance.sends(f"/fees/{fee}/paid", f"/fees/{fee}")).status_code == 303
    assert len(await funding.told(TherapistFeeSettled)) == 1


async def test_a_therapist_reads_their_own_papers_the_same_each_time_and_nobody_elses(funding: Funding) -> None:
    await a_policy(funding, valid_from="2026-01-01")
    therapist, other = await accepted(funding), await accepted(funding)
    fee = await paid(funding, therapist)
    unpaid = (await fees_of(funding, therapist))[1].fee_id
    own, theirs = await therapist_at(funding, therapist), await therapist_at(funding, other)
    finance = await staff_of(funding, "finance")
    receipt, statement = f"/fees/mine/{fee}/receipt.pdf", "/fees/mine/statements/2026.pdf"

    made = {path: await own.reads(path) for path in (receipt, statement)}
    assert [(one.status_code, one.content[:5]) for one in made.values()] == [(200, b"%PDF-")] * 2
    page = (await own.reads("/fees/mine")).text
    assert receipt in page
    assert statement in page
    funding.kernel.asker = Matching("Another Name")
    await funding.passes(timedelta(days=20))
    own, finance = await therapist_at(funding, therapist, "Changed Name"), await staff_of(funding, "finance")
    assert (await own.reads(receipt)).content == made[receipt].content
    assert (await finance.reads(f"/fees/{fee}/receipt.pdf")).content == made[receipt].content

    theirs = await therapist_at(funding, other)
    assert (await theirs.reads(receipt)).status_code == 404
    assert receipt not in (await theirs.reads("/fees/mine")).text
    for path in (f"/fees/{fee}/receipt.pdf", f"/fees/therapists/{therapist}/2026.pdf", "/fees/receipts"):
        assert (await theirs.reads(path)).status_code == 303, path
    assert (await own.reads(f"/fees/mine/{unpaid}/receipt.pdf")).status_code == 404
    for year in ("2025", "2027", "9" * 20):
        assert (await own.reads(f"/fees/mine/statements/{year}.pdf")).status_code == 404
    async with funding.kernel.reading() as db:
        assert b"Kim" not in await db.fetchval("SELECT made_out_to FROM fee_receipt")


async def test_a_waived_fee_has_no_receipt_and_finance_can_make_out_what_nobody_has_opened(funding: Funding) -> None:
    waived, therapist = await accepted(funding), await accepted(funding)
    fee = (await fees_of(funding, waived))[0].fee_id
    await funding.perform(str(waived), lambda tx: settling.waive(tx, fee, "Long illness"), actor=FINANCE)
    finance = await staff_of(funding, "finance")
    assert (await finance.reads(f"/fees/{fee}/receipt.pdf")).status_code == 404
    other = await paid(funding, therapist)

    assert (await finance.reads(f"/fees/{other}/receipt.pdf")).status_code == 503
    funding.kernel.asker = Matching("Kim Example")
    made = (await finance.reads(f"/fees/{other}/receipt.pdf")).content
    funding.kernel.asker = Matching("")
    assert (await finance.reads(f"/fees/{other}/receipt.pdf")).content == made
    assert (await finance.reads(f"/fees/therapists/{therapist}/2026.pdf")).status_code == 200
    assert (await finance.reads(f"/fees/therapists/{uuid4()}/2026.pdf")).status_code == 404
    await only_finance(await staff_of(funding, "coordinator"), f"/fees/{other}/receipt.pdf", "/fees/receipts")


async def only_finance(somebody: Visitor, *paths: str) -> None:
    for path in paths:
        assert (await somebody.reads(path)).status_code == 403, path
