"""The double-entry ledger: it is only ever added to, and the database itself refuses an overdrawn fund."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.funding.domain.choice import Part
from services.funding.domain.ledger import Account, Balances, Entry, MovementKind
from shared.db import Connection
from shared.kernel.ids import AwardId, FundId, ReferralId, SessionId
from shared.kernel.money import Pence


@dataclass(frozen=True, slots=True)
class Movement:
    """One transaction of the ledger, before it is written."""

    transaction_id: UUID
    kind: MovementKind
    entries: Sequence[Entry]
    happened_at: datetime
    actor: str
    reservation_id: UUID | None = None
    session_id: SessionId | None = None
    transfer_id: UUID | None = None
    given_back_id: UUID | None = None
    reserved_for: AwardId | None = None
    """The award for which the reservation is made; none where it was made before."""


async def write(db: Connection, movement: Movement) -> None:
    """Add a transaction, its entries, and its reservation where it makes one; the balances follow in one statement."""
    await db.execute(
        """
        WITH kept AS (
            INSERT INTO reservation (reservation_id, award_id, made_at)
            SELECT $3, $9, $4 WHERE $9::uuid IS NOT NULL
        ), written AS (
            INSERT INTO ledger_transaction
                   (transaction_id, kind, reservation_id, happened_at, actor, session_id, transfer_id, given_back_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        )
        INSERT INTO ledger_entry (transaction_id, fund_id, account, amount)
        SELECT $1, fund_id, account, amount
          FROM unnest($10::uuid[], $11::text[], $12::bigint[]) AS t (fund_id, account, amount)
        """,
        movement.transaction_id,
        movement.kind,
        movement.reservation_id,
        movement.happened_at,
        movement.actor,
        movement.session_id,
        movement.transfer_id,
        movement.given_back_id,
        movement.reserved_for,
        [entry.fund_id for entry in movement.entries],
        [entry.account for entry in movement.entries],
        [entry.amount for entry in movement.entries],
    )


async def held_for(db: Connection, award_id: AwardId, account: Account) -> dict[UUID, tuple[Part, ...]]:
    """What is left in `account` for an award, by reservation and fund."""
    rows = await db.fetch(
        """
        SELECT reservation_id, fund_id, sum(amount)::bigint AS amount
          FROM reservation
          JOIN ledger_transaction USING (reservation_id)
          JOIN ledger_entry USING (transaction_id)
         WHERE award_id = $1 AND account = $2
         GROUP BY reservation_id, fund_id
        HAVING sum(amount) > 0
         ORDER BY reservation_id, fund_id
        """,
        award_id,
        account,
    )
    found: dict[UUID, tuple[Part, ...]] = {}
    for row in rows:
        found[row["reservation_id"]] = (*found.get(row["reservation_id"], ()), Part(row["fund_id"], row["amount"]))
    return found


async def had_before(db: Connection, referral_id: ReferralId) -> dict[FundId, Pence]:
    """What each fund has promised to or spent on a client so far."""
    rows = await db.fetch(
        """
        SELECT fund_id, sum(amount)::bigint AS amount
          FROM award
          JOIN reservation USING (award_id)
          JOIN ledger_transaction USING (reservation_id)
          JOIN ledger_entry USING (transaction_id)
         WHERE referral_id = $1 AND account IN ('reserved', 'committed', 'spent')
         GROUP BY fund_id
        """,
        referral_id,
    )
    return {row["fund_id"]: row["amount"] for row in rows}


async def balances_at(db: Connection, fund_ids: Collection[FundId], moment: datetime) -> dict[FundId, Balances]:
    """How these funds stood just before `moment`, added up from the entries."""
    rows = await db.fetch(
        """
        SELECT fund_id, account, sum(amount)::bigint AS amount
          FROM ledger_entry JOIN ledger_transaction USING (transaction_id)
         WHERE fund_id = ANY($1::uuid[]) AND happened_at < $2
         GROUP BY fund_id, account
        """,
        list(fund_ids),
        moment,
    )
    found: dict[FundId, dict[str, Pence]] = defaultdict(dict)
    for row in rows:
        sign = -1 if row["account"] == "received" else 1
        found[row["fund_id"]][row["account"]] = Pence(sign * row["amount"])
    return {fund_id: Balances(**found[fund_id]) for fund_id in fund_ids}


async def reference_used(db: Connection, fund_id: FundId, reference: str) -> tuple[Pence, date] | None:
    """What was noted as received under this reference before, and on which day."""
    row = await db.fetchrow(
        "SELECT amount, received_on FROM money_received WHERE fund_id = $1 AND reference = $2", fund_id, reference
    )
    return (row["amount"], row["received_on"]) if row else None


async def add_receipt_of_money(
    db: Connection, *, fund_id: FundId, reference: str, amount: Pence, received_on: date, transaction_id: UUID
) -> None:
    """Note under which reference money came in, once for ever."""
    await db.execute(
        """
        INSERT INTO money_received (fund_id, reference, amount, received_on, transaction_id) VALUES ($1, $2, $3, $4, $5)
        """,
        fund_id,
        reference,
        amount,
        received_on,
        transaction_id,
    )


async def note_threshold(db: Connection, fund_id: FundId, percent: int, received: Pence, now: datetime) -> bool:
    """Note that a threshold was reached for what was received so far; False where that was noted before."""
    noted = await db.fetchval(
        """
        INSERT INTO fund_threshold (fund_id, percent, received, crossed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        fund_id,
        percent,
        received,
        now,
    )
    return noted is not None
