"""What the pages about invoices and payments list."""

from collections.abc import Collection
from datetime import date

from shared.db import Connection, Record
from shared.kernel.ids import PaymentRunId, TherapistId


async def invoices_listed(
    db: Connection, *, states: Collection[str], month: date | None, therapist_id: TherapistId | None, limit: int
) -> list[Record]:
    """Invoices in these states (all when none is named), of a month and a therapist, the longest waiting first."""
    return await db.fetch(
        """
        SELECT invoice_id, number, therapist_id, state, made_at, changed_at, made_by LIKE 'staff:%' AS drafted,
               sums.*
          FROM invoice
         CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE kind = 'session')::int AS sessions,
                      coalesce(sum(amount), 0)::bigint AS amount,
                      coalesce(-sum(amount) FILTER (WHERE kind = 'credit'), 0)::bigint AS credited,
                      coalesce(sum(contribution) FILTER (WHERE kind = 'session'), 0)::bigint AS contributions
                 FROM invoice_line WHERE invoice_line.invoice_id = invoice.invoice_id AND NOT taken_off) AS sums
         WHERE (cardinality($1::text[]) = 0 OR state = ANY($1))
           AND ($2::date IS NULL OR date_trunc('month', made_at AT TIME ZONE 'Europe/London')::date = $2)
           AND ($3::uuid IS NULL OR therapist_id = $3)
         ORDER BY made_at, number
         LIMIT $4
        """,
        sorted(states),
        month,
        therapist_id,
        limit,
    )


async def invoice_counts(db: Connection) -> dict[str, tuple[int, int]]:
    """How many invoices there are in each state, and what they come to."""
    rows = await db.fetch(
        """
        SELECT state, count(DISTINCT invoice_id)::int AS number, coalesce(sum(amount), 0)::bigint AS amount
          FROM invoice LEFT JOIN (SELECT invoice_id, amount FROM invoice_line WHERE NOT taken_off) AS line
               USING (invoice_id)
         GROUP BY state
        """
    )
    return {row["state"]: (row["number"], row["amount"]) for row in rows}


async def runs_listed(db: Connection, limit: int) -> list[Record]:
    """Runs with what they come to and what became of their payments, the latest first."""
    return await db.fetch(
        """
        SELECT payment_run.*, sums.*
          FROM payment_run
         CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE state <> 'taken-out')::int AS payments,
                      coalesce(sum(amount) FILTER (WHERE state <> 'taken-out'), 0)::bigint AS amount,
                      count(*) FILTER (WHERE state = 'paid')::int AS paid,
                      count(*) FILTER (WHERE state = 'returned')::int AS returned
                 FROM payment WHERE payment.run_id = payment_run.run_id) AS sums
         ORDER BY number DESC LIMIT $1
        """,
        limit,
    )


async def payments_shown(db: Connection, run_id: PaymentRunId) -> list[Record]:
    """The payments of a run, in the order of their references; bank details are not among it."""
    return await db.fetch(
        """
        SELECT reference, payment.amount, payment.state, settled_on, invoice_id, number, invoice.therapist_id,
               account.entered_at AS account_since
          FROM payment JOIN invoice USING (invoice_id) JOIN bank_account account USING (account_id)
         WHERE run_id = $1 ORDER BY reference
        """,
        run_id,
    )


async def payments_of_invoice(db: Connection, invoice_id: object) -> list[Record]:
    """Every attempt to pay an invoice, the first first."""
    return await db.fetch(
        """
        SELECT reference, amount, payment.state, settled_on, run_id, payment_run.number, pays_on
          FROM payment JOIN payment_run USING (run_id) WHERE invoice_id = $1 ORDER BY payment_run.number
        """,
        invoice_id,
    )
