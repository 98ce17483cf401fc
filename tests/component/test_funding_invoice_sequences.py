"""Whatever happens to sessions and invoices in whatever order: nothing is paid twice, and too much comes back."""

from contextlib import suppress
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.funding.handlers import invoice_decisions, invoicing, payment_runs
from services.funding.store import invoice_lines, invoices
from shared.kernel.errors import BrokenPromise
from shared.kernel.ids import InvoiceId, SessionId
from tests.component.funding import Client, Funding, funding_service
from tests.component.invoices import (
    ANOTHER,
    ONE,
    a_run,
    a_therapy,
    an_account,
    answered,
    approved,
    as_therapist,
    invoiced,
)
from tests.component.test_funding_drawing import attended, cancelled

__all__ = ["funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.slow]
SESSIONS = 4

PATHS = ((), ("ask",), ("ask", "approve"), ("ask", "approve", "paid"), ("ask", "approve", "returned"))
STEPS = ("ask", "approve", "answer", "question", "cancel", "paid", "back", "again")
happenings = st.lists(
    st.tuples(st.sampled_from(("attended", "cancelled", "cancelled")), st.integers(0, SESSIONS - 1))
    | st.tuples(st.sampled_from(STEPS), st.just(0)),
    min_size=4,
    max_size=12,
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(path=st.sampled_from(PATHS), happened=happenings)
async def test_whatever_happens_each_session_is_paid_once_or_not_at_all(
    funding: Funding, path: tuple[str, ...], happened: list[tuple[str, int]]
) -> None:
    await funding.a_fund(100_000, name=str(uuid4()))
    client = await a_therapy(funding)
    await an_account(funding, client)
    sessions = [SessionId(uuid4()) for _ in range(SESSIONS)]

    await funding.hears(*(attended(client, session) for session in sessions))
    for action, which in [*((step, 0) for step in path), *happened]:
        await act(funding, client, action, sessions[which])
        for net, drawn, returning in await standing(funding, client):
            assert net in (-5_000, 0, 5_000)
            assert returning or net <= drawn
    for action in ("ask", "again", "answer", "approve", "paid"):
        await act(funding, client, action, sessions[0])
    await funding.hears(*(attended(client, SessionId(uuid4())) for _ in range(SESSIONS)))
    for action in ("ask", "approve", "paid"):
        await act(funding, client, action, sessions[0])

    assert all(net == drawn for net, drawn, _ in await standing(funding, client))


async def act(funding: Funding, client: Client, action: str, session: SessionId) -> None:
    """Let something happen; what cannot be done at this moment is refused, and nothing else follows."""
    therapist = client.therapist_id
    if action in ("attended", "cancelled"):
        await funding.hears((attended if action == "attended" else cancelled)(client, session))
        return
    async with funding.kernel.reading() as db:
        own = [invoice.invoice_id for invoice, _ in await invoices.invoices_of(db, funding.kernel.keys, therapist)]
        payable = (await invoice_lines.payable_sessions(db, therapist_id=therapist)).get(therapist, [])
    if action == "ask" and payable:
        await invoiced(funding, client, [line.session_id for line in payable])
    elif action in ("paid", "returned"):
        with suppress(BrokenPromise):
            await a_run(funding)
            await settle(funding, action)
    for which in own:
        with suppress(BrokenPromise):
            await decide(funding, client, action, which)


async def decide(funding: Funding, client: Client, action: str, which: InvoiceId) -> None:
    """Do to an invoice what is asked; raises where its state does not allow it."""
    match action:
        case "approve":
            await approved(funding, which)
        case "again":
            await funding.perform("x", lambda tx: invoice_decisions.make_payable_again(tx, which), actor=ANOTHER)
        case "back":
            await funding.perform("x", lambda tx: payment_runs.note_returned(tx, which, "CLOSED"), actor=ONE)
        case "question":
            await funding.perform("x", lambda tx: invoice_decisions.question(tx, which, "Why?"), actor=ONE)
        case "cancel":
            await funding.perform("x", lambda tx: invoice_decisions.cancel_invoice(tx, which, "No"), actor=ONE)
        case "answer":
            therapist, actor = client.therapist_id, as_therapist(client)
            await funding.perform("x", lambda tx: invoicing.send(tx, which, therapist, answer="So"), actor=actor)
        case _:
            pass


async def settle(funding: Funding, result: str) -> None:
    """The bank answers about everything that was sent."""
    async with funding.kernel.reading() as db:
        waiting = await db.fetch("SELECT reference, amount FROM payment WHERE state = 'waiting'")
    day = funding.clock.now().date().isoformat()
    await answered(
        funding, *(f"{row['reference']},{row['amount'] / 100:.2f},{result},{day},because" for row in waiting)
    )


async def standing(funding: Funding, client: Client) -> list[tuple[int, int, bool]]:
    """Of each session: what was paid for it, what the ledger says it cost, and whether a difference is coming back."""
    async with funding.kernel.reading() as db:
        rows = await db.fetch(
            """
            SELECT session_id, drawn_by(session_id)::int AS drawn,
                   coalesce(sum(amount) FILTER (WHERE state = 'paid'), 0)::int AS net,
                   bool_or(kind = 'credit' AND state <> 'paid') AS crediting
              FROM session_result
              LEFT JOIN (SELECT session_id, kind, amount, state FROM invoice_line JOIN invoice USING (invoice_id)
                          WHERE NOT taken_off AND state <> 'cancelled') AS line USING (session_id)
             WHERE match_id = $1 GROUP BY session_id
            """,
            client.match_id,
        )
        due = {line.session_id for line in await invoice_lines.credits_due(db, client.therapist_id)}
    return [(row["net"], row["drawn"], bool(row["crediting"]) or row["session_id"] in due) for row in rows]
