"""What reports count: who had a first session paid by a fund, how therapies went, and what money moved."""

from dataclasses import dataclass
from datetime import date, datetime

from services.funding.domain.days import day_of
from services.funding.domain.releases import Counted
from services.funding.domain.reports import NOT_SAID, OUTCOMES, PEOPLE, wait_band
from services.funding.store.courses import labels_in
from services.funding.store.evaluations import result_in
from shared.db import Connection, Record
from shared.kernel.ids import FundId
from shared.privacy import Keyring


@dataclass(frozen=True, slots=True)
class Grant:
    """One award; nobody can tell from it who it was for."""

    award_id: str
    amount: int
    committed_on: date


async def people_helped(db: Connection, keys: Keyring, fund_id: FundId) -> list[Counted]:
    """Everybody who had a session paid by this fund, once, on the day of the first of them."""
    rows = await db.fetch(
        """
        WITH paid AS (
            SELECT DISTINCT award.match_id
              FROM award JOIN reservation USING (award_id) JOIN ledger_transaction USING (reservation_id)
              JOIN ledger_entry USING (transaction_id)
             WHERE kind = 'commit' AND fund_id = $1
        ), first AS (
            SELECT DISTINCT ON (referral_id) referral_id, match_id, held_on
              FROM attended_session JOIN paid USING (match_id)
             ORDER BY referral_id, held_on, number
        )
        SELECT first.referral_id, first.held_on, labels, wrapped, received_at
          FROM first
          LEFT JOIN therapy_course USING (match_id)
          LEFT JOIN referral ON referral.referral_id = first.referral_id
          LEFT JOIN subject_key ON subject = first.referral_id::text
        """,
        fund_id,
    )
    return [_counted(row, keys) for row in rows]


async def therapies_scored(db: Connection, keys: Keyring, fund_id: FundId) -> list[Counted]:
    """Every therapy paid by this fund whose result is known, on the day on which it was."""
    rows = await db.fetch(
        """
        SELECT outcome.referral_id, scored_on, result, wrapped
          FROM outcome JOIN subject_key ON subject = outcome.referral_id::text
         WHERE match_id IN (
                SELECT match_id
                  FROM award JOIN reservation USING (award_id) JOIN ledger_transaction USING (reservation_id)
                  JOIN ledger_entry USING (transaction_id)
                 WHERE kind = 'commit' AND fund_id = $1)
        """,
        fund_id,
    )
    found = []
    for row in rows:
        result = result_in(keys, row)
        labels = {OUTCOMES[0].code: result.change, OUTCOMES[1].code: result.desired}
        found.append(Counted(row["scored_on"], labels))
    return found


async def sessions_held(db: Connection, fund_id: FundId, start: date, end: date) -> int:
    """How many sessions took place in therapies that this fund pays, from `start` until before `end`."""
    found: int = await db.fetchval(
        """
        SELECT count(*)
          FROM attended_session
         WHERE held_on >= $2 AND held_on < $3 AND match_id IN (
                SELECT match_id
                  FROM award JOIN reservation USING (award_id) JOIN ledger_transaction USING (reservation_id)
                  JOIN ledger_entry USING (transaction_id)
                 WHERE kind = 'commit' AND fund_id = $1)
        """,
        fund_id,
        start,
        end,
    )
    return found


async def money_moved(db: Connection, fund_id: FundId, start: datetime, end: datetime) -> dict[str, int]:
    """Pence by kind of movement between two moments."""
    rows = await db.fetch(
        """
        SELECT kind, sum(amount)::bigint AS amount
          FROM ledger_entry JOIN ledger_transaction USING (transaction_id)
         WHERE fund_id = $1 AND amount > 0 AND happened_at >= $2 AND happened_at < $3
         GROUP BY kind
        """,
        fund_id,
        start,
        end,
    )
    return {row["kind"]: row["amount"] for row in rows}


async def grants_made(db: Connection, start: datetime, end: datetime) -> list[Grant]:
    """What was promised for each award between two moments, by all funds together, in an order that tells nothing."""
    rows = await db.fetch(
        """
        SELECT award_id, sum(amount)::bigint AS amount, min(happened_at) AS committed_at
          FROM reservation JOIN ledger_transaction USING (reservation_id) JOIN ledger_entry USING (transaction_id)
         WHERE kind = 'commit' AND amount > 0 AND happened_at >= $1 AND happened_at < $2
         GROUP BY award_id ORDER BY md5(award_id::text)
        """,
        start,
        end,
    )
    return [Grant(str(row["award_id"]), row["amount"], day_of(row["committed_at"])) for row in rows]


def _counted(row: Record, keys: Keyring) -> Counted:
    known = labels_in(keys, row) if row["labels"] is not None and row["wrapped"] is not None else {}
    labels = {one.code: known.get(one.code, NOT_SAID) for one in PEOPLE}
    waited = (row["held_on"] - day_of(row["received_at"])).days if row["received_at"] else 0
    return Counted(row["held_on"], {**labels, "wait": wait_band(waited)})
