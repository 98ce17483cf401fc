"""Paying therapists: two people for account and run, the same file each time, and an answer taken in whole or not."""

from datetime import date, timedelta

import asyncpg
import pytest

from services.funding.domain.bank_details import BankDetails
from services.funding.domain.policy import Policy
from services.funding.handlers import bank_details, invoice_decisions, payment_runs
from services.funding.handlers.importing import RefusedFile
from services.funding.store import bank_details as bank_store
from services.funding.store import invoice_pages
from shared.events.funding import InvoiceDecided, TherapistBankDetailsEntered
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import InvoiceId
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import Visitor, pages_of, session_for, staff_of
from tests.component.invoices import (
    ANOTHER,
    FRIDAY,
    ONE,
    PAYER,
    a_run,
    a_therapy,
    an_account,
    answered,
    approved,
    as_therapist,
    invoice,
    invoiced,
    sessions_held,
    therapist_cookies,
)

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def an_approved_invoice(funding: Funding, *, sessions: int = 1, account: bool = True) -> tuple[Client, InvoiceId]:
    client = await a_therapy(funding)
    made = await invoiced(funding, client, await sessions_held(funding, client, sessions))
    await approved(funding, made)
    if account:
        await an_account(funding, client)
    return client, made


async def wrong_lines(funding: Funding, *lines: str) -> list[tuple[int, str]]:
    with pytest.raises(RefusedFile) as refused:
        await answered(funding, *lines)
    return [(error.line, error.column) for error in refused.value.errors]


async def test_bank_details_are_used_once_a_second_person_confirmed_them(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client, made = await an_approved_invoice(funding)
    therapist = client.therapist_id
    new = BankDetails("KIM EXAMPLE", "445566", "11112222")
    await funding.perform("x", lambda tx: bank_details.enter_account(tx, therapist, new), actor=ONE)
    async with funding.kernel.reading() as db:
        waiting, present = await bank_store.accounts_of(db, funding.kernel.keys, therapist)
        assert b"11112222" not in await db.fetchval("SELECT string_agg(details, '') FROM bank_account")

    with pytest.raises(Conflict, match="own-entry"):
        await funding.perform("x", lambda tx: bank_details.confirm_account(tx, waiting.account_id), actor=ONE)
    with pytest.raises(Unprocessable, match="nothing-to-pay"):
        await a_run(funding)
    with pytest.raises(Conflict, match="details-known"):
        await funding.perform("x", lambda tx: bank_details.enter_account(tx, therapist, new), actor=ONE)
    await funding.perform("x", lambda tx: bank_details.refuse_account(tx, waiting.account_id), actor=ANOTHER)
    await a_run(funding)

    assert (await invoice(funding, made)).state == "in-run"
    assert (present.state, waiting.state) == ("confirmed", "waiting")
    assert [one.therapist_id for one in await funding.told(TherapistBankDetailsEntered)] == [therapist] * 2
    async with funding.kernel.reading() as db:
        with pytest.raises(asyncpg.CheckViolationError, match="confirmed_by_a_second_person"):
            await db.execute("UPDATE bank_account SET state = 'confirmed', decided_by = entered_by")


async def test_whoever_makes_a_run_does_not_release_it_and_new_bank_details_stop_it(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client, made = await an_approved_invoice(funding)
    run_id = await a_run(funding, by=ONE, released_by=None)

    with pytest.raises(Conflict, match="own-run"):
        await funding.perform("x", lambda tx: payment_runs.release_run(tx, run_id), actor=ONE)
    await an_account(funding, client, "11112222", confirmed=False)
    with pytest.raises(Conflict, match="bank-details-changed"):
        await funding.perform("x", lambda tx: payment_runs.release_run(tx, run_id), actor=ANOTHER)
    await funding.perform("x", lambda tx: payment_runs.cancel_run(tx, run_id), actor=ONE)

    assert (await invoice(funding, made)).state == "approved"
    async with funding.kernel.reading() as db:
        with pytest.raises(asyncpg.CheckViolationError, match="released_by_a_second_person"):
            await db.execute("UPDATE payment_run SET state = 'released', released_by = made_by")


async def test_an_invoice_is_in_one_live_run_and_a_run_made_twice_finds_nothing(funding: Funding) -> None:
    await funding.a_fund(200_000)
    await an_approved_invoice(funding)
    await an_approved_invoice(funding, account=False)
    run_id = await a_run(funding)

    with pytest.raises(Unprocessable, match="nothing-to-pay"):
        await a_run(funding)
    async with funding.kernel.reading() as db:
        assert len(await invoice_pages.payments_shown(db, run_id)) == 1
        with pytest.raises(asyncpg.UniqueViolationError, match="one_live_run_an_invoice"):
            await db.execute(
                "INSERT INTO payment (payment_id, run_id, invoice_id, account_id, amount, reference, state)"
                " SELECT gen_random_uuid(), run_id, invoice_id, account_id, 1, 'AGAIN', 'waiting' FROM payment"
            )
    for day in (FRIDAY + timedelta(days=1), FRIDAY - timedelta(days=7), FRIDAY + timedelta(days=28), date.max):
        with pytest.raises(Unprocessable, match="day-not-possible"):
            await funding.perform("x", lambda tx, day=day: payment_runs.make_run(tx, day), actor=ONE)  # type: ignore[misc]


async def test_a_run_whose_day_is_past_is_not_released_but_made_again(funding: Funding) -> None:
    await funding.a_fund(100_000)
    _, made = await an_approved_invoice(funding)
    run_id = await a_run(funding, released_by=None)
    await funding.passes(timedelta(days=5))

    with pytest.raises(Conflict, match="day-past"):
        await funding.perform("payments", lambda tx: payment_runs.release_run(tx, run_id), actor=ANOTHER)
    await funding.perform("payments", lambda tx: payment_runs.cancel_run(tx, run_id), actor=ANOTHER)

    assert (await invoice(funding, made)).state == "approved"


async def test_a_file_with_anything_wrong_is_refused_whole_with_its_lines(funding: Funding) -> None:
    await funding.a_fund(400_000)
    for _ in range(2):
        await an_approved_invoice(funding)
    await a_run(funding)
    good, other = "INV000001-1,50,paid,2026-03-02,", "INV000002-1,50.00,returned,2026-03-02,ACCOUNT CLOSED"

    assert await wrong_lines(funding, good, "INV000009-1,50,paid,2026-03-02,") == [(3, "reference")]
    assert await wrong_lines(funding, good, "INV000002-1,49.99,paid,2026-03-02,") == [(3, "amount")]
    assert await wrong_lines(funding, good, other, good) == [(4, "reference")]
    assert await wrong_lines(funding, good, "INV000002-1,1.005,lost,2026-03-09,") == [
        *((3, column) for column in ("amount", "result", "day"))
    ]
    assert await wrong_lines(funding) == [(1, "")]
    async with funding.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM payment WHERE state = 'waiting'") == 2

    assert await answered(funding, good, other) == 2
    assert await answered(funding, good, other, "") == 0
    assert await wrong_lines(funding, good) == [(2, "reference")]
    assert [one.decision for one in await funding.told(InvoiceDecided)] == ["approved", "approved", "paid", "returned"]


async def test_a_returned_payment_goes_into_the_next_run_under_another_reference(funding: Funding) -> None:
    await funding.a_fund(200_000)
    _client, made = await an_approved_invoice(funding)
    await a_run(funding)
    await answered(funding, "INV000001-1,50,returned,2026-03-02,NO SUCH ACCOUNT")
    with pytest.raises(Unprocessable, match="nothing-to-pay"):
        await a_run(funding)

    with pytest.raises(Conflict, match="own-return"):
        await funding.perform("x", lambda tx: invoice_decisions.make_payable_again(tx, made), actor=ONE)
    await funding.perform("x", lambda tx: invoice_decisions.make_payable_again(tx, made), actor=ANOTHER)
    await a_run(funding)
    await answered(funding, "INV000001-2,50,paid,2026-03-02,")
    finance, page = await staff_of(funding, "finance"), f"/invoices/{made}"
    assert (await finance.sends(f"{page}/returned", page, reason="ACCOUNT CLOSED")).status_code == 303
    assert (await finance.sends(f"{page}/again", page)).status_code == 409
    await funding.perform("x", lambda tx: invoice_decisions.make_payable_again(tx, made), actor=ONE)
    await a_run(funding)
    await answered(funding, "INV000001-3,50,paid,2026-03-02,")

    assert (await invoice(funding, made)).state == "paid"
    async with funding.kernel.reading() as db:
        payments = await invoice_pages.payments_of_invoice(db, made)
        assert b"NO SUCH" not in await db.fetchval("SELECT reason FROM payment WHERE reason IS NOT NULL")
    assert [(row["reference"], row["state"]) for row in payments] == [
        ("INV000001-1", "returned"),
        ("INV000001-2", "returned"),
        ("INV000001-3", "paid"),
    ]


async def test_files_of_a_released_run_are_the_same_bytes_each_time(funding: Funding) -> None:
    funding.kernel.settings.policy = Policy(payer=PAYER)
    await funding.a_fund(400_000)
    client, _made = await an_approved_invoice(funding)
    await an_approved_invoice(funding, sessions=2)
    finance = await staff_of(funding, "finance")
    run_id = await a_run(funding, released_by=None)
    assert (await finance.reads(f"/payments/{run_id}/payments.csv")).status_code == 409
    await funding.perform("x", lambda tx: payment_runs.release_run(tx, run_id), actor=ANOTHER)

    paths = [f"/payments/{run_id}/payments.{ending}" for ending in ("csv", "txt")]
    first = [(await finance.reads(path)).content for path in paths]
    await funding.passes(timedelta(days=3))
    await an_account(funding, client, "99998888")
    await answered(funding, "INV000001-1,50,paid,2026-03-05,")
    finance = Visitor(pages_of(funding), await session_for(funding, "finance"))

    assert [(await finance.reads(path)).content for path in paths] == first
    assert b"INV000001-1,KIM EXAMPLE,44-55-66,87654321,50.00,2026-03-06" in first[0]
    assert first[1].count(b"\r\n") == 10
    assert (await (await staff_of(funding, "coordinator")).reads(paths[0])).status_code == 403


async def test_therapists_see_their_own_invoices_alone_and_no_names_of_staff(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client, own = await an_approved_invoice(funding)
    _other, foreign = await an_approved_invoice(funding)
    portal = Visitor(pages_of(funding), await therapist_cookies(funding, client))

    listed, shown = await portal.reads("/invoices/mine"), await portal.reads(f"/invoices/mine/{own}")

    assert "INV000001" in listed.text
    assert "INV000002" not in listed.text
    assert client.match_id.hex[-6:].upper() in shown.text
    assert "Staff" not in shown.text
    assert "StopSO" in shown.text.partition("Approved")[2]
    assert (await portal.reads(f"/invoices/mine/{foreign}")).status_code == 404
    assert (await portal.sends(f"/invoices/mine/{foreign}/cancel", "/invoices/mine/bank")).status_code == 404
    assert (await portal.reads(f"/invoices/{own}")).status_code == 303
    assert (await (await staff_of(funding, "coordinator")).reads("/invoices")).status_code == 403
    assert (await portal.sends("/invoices/mine", "/invoices/mine/bank", sessions=str(own))).status_code == 409


async def test_what_clients_add_is_noted_and_unpaid_parts_only_raise_a_flag(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client = await a_therapy(funding, means="part-fee", affordable_per_session=1_500)
    other = await a_therapy(funding, means="part-fee", affordable_per_session=1_500)
    first, second = await sessions_held(funding, client, 2)
    (foreign,) = await sessions_held(funding, other)
    portal = Visitor(pages_of(funding), await therapist_cookies(funding, client))
    page = "/invoices/mine/contributions"
    notes = {f"part-{first}": "not-paid", f"part-{second}": "waived"}
    assert (await portal.sends(page, page, **notes)).status_code == 303
    assert (await portal.sends(page, page, **{f"part-{foreign}": "paid"})).status_code == 404
    assert (await portal.sends(page, page, **{f"part-{first}": "stolen"})).status_code == 422
    told = len(await funding.told_types())

    coordinator, award = await staff_of(funding, "coordinator"), (await funding.award(client)).award_id
    assert "Look again" not in (await coordinator.reads("/contributions")).text
    own = f"/contributions/{award}"
    assert (await coordinator.sends(own, own, **{f"part-{second}": "not-paid"})).status_code == 303

    assert "Look again" in (await coordinator.reads("/contributions?show=again")).text
    assert "£30 not paid" in (await coordinator.reads(own)).text
    assert len(await funding.told_types()) == told
    await sessions_held(funding, client)
    assert (await funding.award(client)).state == "drawing"
    async with funding.kernel.reading() as db:
        noted = await db.fetch("SELECT noted, actor FROM contribution_note ORDER BY noted_at, note_id")
    assert [row["noted"] for row in noted][-1] == "not-paid"
    assert {row["actor"].partition(":")[0] for row in noted} == {"therapist", "staff"}
    assert as_therapist(client) in {row["actor"] for row in noted}
