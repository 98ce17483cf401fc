"""Therapists' invoices: for each paid session once, approved by others, and in question where a session changed."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import asyncpg
import pytest

from services.funding.handlers import invoice_decisions, invoicing
from services.funding.store import invoice_lines
from shared.events.funding import InvoiceDecided
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import SessionId
from tests.component.funding import Funding, funding_service
from tests.component.invoices import (
    ANOTHER,
    ONE,
    THIRD,
    a_run,
    a_therapy,
    amounts,
    an_account,
    answered,
    approved,
    as_therapist,
    invoice,
    invoiced,
    sessions_held,
)
from tests.component.test_funding_drawing import attended, cancelled, missed

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def test_an_invoice_asks_for_the_charitys_share_of_each_session_and_shows_the_clients(funding: Funding) -> None:
    await funding.a_fund(100_000)
    client = await a_therapy(funding, means="part-fee", affordable_per_session=1_500)
    sessions = await sessions_held(funding, client, 2)

    made = await invoiced(funding, client, sessions, "2026/17")

    async with funding.kernel.reading() as db:
        lines = await invoice_lines.lines_of(db, made)
        assert b"2026/17" not in await db.fetchval("SELECT own_reference FROM invoice")
    assert [(line.fee, line.contribution, line.amount) for line in lines] == [(5_000, 1_500, 3_500)] * 2
    assert (await invoice(funding, made)).state == "submitted"
    assert (await invoice(funding, made)).own_reference == "2026/17"


async def test_only_sessions_that_the_ledger_paid_can_be_asked_for_and_only_by_who_held_them(funding: Funding) -> None:
    await funding.a_fund(50_000)
    client, other = await a_therapy(funding, sessions=2), await a_therapy(funding)
    first, second, third = await sessions_held(funding, client, 3)
    (unpaid,) = await sessions_held(funding, other)
    gone = SessionId(uuid4())
    await funding.hears(missed(client, gone))
    async with funding.kernel.reading() as db:
        paid = [line.session_id for line in (await invoice_lines.payable_sessions(db))[client.therapist_id]]
    assert len(paid) == 2
    assert gone not in paid

    for asked in ({first, second, third} - set(paid), {gone}):
        with pytest.raises(Conflict):
            await invoiced(funding, client, list(asked))
    with pytest.raises(Conflict):
        await invoiced(funding, other, [unpaid])
    with pytest.raises(Conflict):
        await invoiced(funding, other, paid)
    with pytest.raises(Unprocessable):
        await invoiced(funding, client, [])


async def test_two_invoices_at_once_for_the_same_session_are_one(funding: Funding) -> None:
    await funding.a_fund(100_000)
    client = await a_therapy(funding)
    sessions = await sessions_held(funding, client)

    both = await asyncio.gather(*(invoiced(funding, client, sessions) for _ in range(2)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in both) == ["Conflict", "UUID"]


async def test_the_database_keeps_a_session_on_one_live_invoice_and_below_what_was_spent(funding: Funding) -> None:
    await funding.a_fund(100_000)
    client, other = await a_therapy(funding), await a_therapy(funding)
    (first, second), (foreign,) = await sessions_held(funding, client, 2), await sessions_held(funding, other)
    made = await invoiced(funding, client, [first])
    insert = (
        "INSERT INTO invoice_line (line_id, invoice_id, kind, session_id, match_id, held_on, fee, contribution, amount)"
        " VALUES (gen_random_uuid(), $1, 'session', $2, $3, '2026-03-02', $4, $5, $6)"
    )
    async with funding.kernel.reading() as db:
        with pytest.raises(asyncpg.UniqueViolationError, match="one_live_invoice_a_session"):
            await db.execute(insert, made, first, client.match_id, 5_000, 0, 5_000)
        with pytest.raises(asyncpg.CheckViolationError, match="than the ledger has paid"):
            await db.execute(insert, made, second, client.match_id, 9_000, 0, 5_001)
        with pytest.raises(asyncpg.CheckViolationError, match="own sessions"):
            await db.execute(insert, made, foreign, other.match_id, 5_000, 0, 5_000)
        with pytest.raises(asyncpg.CheckViolationError, match="never_above_the_fee"):
            await db.execute(insert, made, second, client.match_id, 5_000, 1, 5_000)
        for statement in ("DELETE FROM invoice", "DELETE FROM invoice_line", "DELETE FROM invoice_decision"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.execute(statement)


async def test_a_cancelled_invoice_frees_its_sessions_even_where_no_money_is_left(funding: Funding) -> None:
    fund = await funding.a_fund(5_000)
    client = await a_therapy(funding, sessions=1)
    sessions = await sessions_held(funding, client)
    assert (await funding.balances(fund)).available == 0
    made = await invoiced(funding, client, sessions)

    await funding.perform(
        "x", lambda tx: invoicing.cancel_own(tx, made, client.therapist_id), actor=as_therapist(client)
    )
    again = await invoiced(funding, client, sessions)

    assert (await invoice(funding, made)).state == "cancelled"
    assert await amounts(funding, again) == [5_000]


async def test_finance_drafts_a_month_for_everybody_once_and_each_therapist_confirms(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client = await a_therapy(funding)
    same, other = await a_therapy(funding, therapist=client), await a_therapy(funding)
    for one in (client, same, other):
        await sessions_held(funding, one, on=date(2026, 2, 27))
        await sessions_held(funding, one, on=date(2026, 3, 1))
    february = date(2026, 2, 1)

    drafted = [await funding.perform("x", lambda tx: invoicing.generate(tx, february), actor=ONE) for _ in range(2)]
    with pytest.raises(Unprocessable, match="month-not-over"):
        await funding.perform("x", lambda tx: invoicing.generate(tx, date(2026, 3, 1)), actor=ONE)

    assert drafted == [2, 0]
    async with funding.kernel.reading() as db:
        made = await db.fetchval("SELECT invoice_id FROM invoice WHERE therapist_id = $1", client.therapist_id)
    assert await amounts(funding, made) == [5_000, 5_000]
    with pytest.raises(NotFound):
        await funding.perform("x", lambda tx: invoicing.send(tx, made, other.therapist_id), actor=as_therapist(other))
    with pytest.raises(Conflict):
        await approved(funding, made, ANOTHER)
    await funding.perform("x", lambda tx: invoicing.send(tx, made, client.therapist_id), actor=as_therapist(client))
    with pytest.raises(Conflict, match="own-invoice"):
        await approved(funding, made, ONE)
    assert await approved(funding, made, ANOTHER) == "approved"


async def test_above_the_limit_of_the_policy_two_people_approve(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client = await a_therapy(funding, sessions=11)
    made = await invoiced(funding, client, await sessions_held(funding, client, 11))

    assert await approved(funding, made, ONE) == "submitted"
    with pytest.raises(Conflict, match="approved-before"):
        await approved(funding, made, ONE)
    await funding.perform("x", lambda tx: invoice_decisions.question(tx, made, "All eleven?"), actor=THIRD)
    with pytest.raises(Unprocessable, match="answer-missing"):
        await funding.perform("x", lambda tx: invoicing.send(tx, made, client.therapist_id))
    await funding.perform(
        "x", lambda tx: invoicing.send(tx, made, client.therapist_id, answer="Yes"), actor=as_therapist(client)
    )

    assert await approved(funding, made, ONE) == "submitted"
    assert await approved(funding, made, ANOTHER) == "approved"
    assert [one.decision for one in await funding.told(InvoiceDecided)] == ["questioned", "approved"]


async def test_a_session_corrected_before_payment_puts_its_invoice_in_question(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client = await a_therapy(funding)
    first, second = await sessions_held(funding, client, 2)
    made = await invoiced(funding, client, [first, second])
    await approved(funding, made)

    await funding.hears(cancelled(client, first))

    assert (await invoice(funding, made)).state == "questioned"
    assert (await funding.told(InvoiceDecided))[-1].decision == "questioned"
    await funding.hears(cancelled(client, first))
    assert len(await funding.told(InvoiceDecided)) == 2
    await funding.perform(
        "x", lambda tx: invoicing.send(tx, made, client.therapist_id, answer="Right"), actor=as_therapist(client)
    )
    assert await amounts(funding, made) == [5_000]
    assert await approved(funding, made) == "approved"


async def test_a_corrected_session_leaves_a_draft_and_an_unreleased_run(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client, other = await a_therapy(funding), await a_therapy(funding)
    (drafted,) = await sessions_held(funding, client, on=date(2026, 2, 20))
    await funding.perform("x", lambda tx: invoicing.generate(tx, date(2026, 2, 1)), actor=ONE)
    sessions = await sessions_held(funding, other, 2)
    made = await invoiced(funding, other, sessions)
    await an_account(funding, other)
    await approved(funding, made)
    await a_run(funding, released_by=None)

    await funding.hears(missed(client, drafted), missed(other, sessions[0]))

    async with funding.kernel.reading() as db:
        states = await db.fetch("SELECT state FROM invoice ORDER BY number")
        assert [row["state"] for row in states] == ["cancelled", "questioned"]
        assert await db.fetchval("SELECT state FROM payment") == "taken-out"


async def test_a_session_corrected_after_payment_is_credited_once_with_the_next_invoice(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client = await a_therapy(funding)
    first, second = await sessions_held(funding, client, 2)
    made = await invoiced(funding, client, [first])
    await an_account(funding, client)
    await approved(funding, made)
    await a_run(funding)
    await funding.hears(missed(client, first))
    assert (await invoice(funding, made)).state == "in-run"
    await answered(funding, "INV000001-1,50,paid,2026-03-02,")
    await funding.passes(timedelta(days=1))

    dropped = await invoiced(funding, client, [second])
    await funding.perform(
        "x", lambda tx: invoicing.cancel_own(tx, dropped, client.therapist_id), actor=as_therapist(client)
    )
    next_one = await invoiced(funding, client, [second])
    later = await invoiced(funding, client, await sessions_held(funding, client))

    assert await amounts(funding, next_one) == [5_000, -5_000]
    assert await amounts(funding, later) == [5_000]
    await funding.hears(attended(client, first))
    again = await invoiced(funding, client, [first])
    assert await amounts(funding, again) == [5_000]
    with pytest.raises(Conflict, match="credit-needed"):
        await funding.perform("x", lambda tx: invoice_decisions.cancel_invoice(tx, next_one, "Why not"), actor=ONE)
    assert await approved(funding, next_one) == "paid"
