"""Who waits, what each of them needs, and how many weeks are known."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.funding.domain.choice import Case
from services.funding.domain.forecast import WEEK
from services.funding.store.referrals import referrals_of
from shared.db import Connection, Record
from shared.kernel.ids import FundId, ReferralId
from shared.kernel.money import Pence
from shared.privacy import Keyring


async def waiting_for_money(db: Connection) -> list[Record]:
    """Who waits for money, the most urgent first, then whoever asked for help first, as money will reach them.

    An award that runs and is to be made `larger` is among them, with the sessions that nothing covers.
    """
    return await db.fetch(
        """
        SELECT waits.*, priority, received_at
          FROM (SELECT award_id, referral_id, requested_at AS since, accepted, sessions, session_fee,
                       coalesce(contribution, 0) AS contribution, shortfall, NULL::date AS runs_until, false AS larger
                  FROM award WHERE state = 'waiting' AND waits_for = 'money'
                 UNION ALL
                SELECT award_id, referral_id, asked_at, accepted,
                       (amount / (coalesce(agreed_fee, session_fee) - proposal.contribution))::integer,
                       coalesce(agreed_fee, session_fee), proposal.contribution, NULL, valid_until, true
                  FROM proposal JOIN award USING (award_id)
                 WHERE proposal.kind = 'top-up' AND proposal.state = 'waiting' AND amount > 0) AS waits
          LEFT JOIN referral USING (referral_id)
         ORDER BY array_position(ARRAY['immediate', 'urgent', 'routine'], priority), received_at, award_id
        """
    )


async def waiting_for_others(db: Connection) -> list[Record]:
    """Who waits for something else than money, in the same order."""
    return await db.fetch(
        """
        SELECT award.*, priority, received_at
          FROM award LEFT JOIN referral USING (referral_id)
         WHERE state IN ('requested', 'waiting') AND waits_for <> 'money'
         ORDER BY array_position(ARRAY['immediate', 'urgent', 'routine'], priority), received_at, award_id
        """
    )


async def cases_waiting(db: Connection, keys: Keyring, rows: Sequence[Record]) -> dict[UUID, Case]:
    """By award, what those who wait need, as the choice of a fund sees it; without anybody whose record was erased."""
    ids = [row["referral_id"] for row in rows]
    known = {one.referral_id: one.profile for one in await referrals_of(db, keys, ids)}
    given = await _had_before(db, ids)
    found: dict[UUID, Case] = {}
    for row in rows:
        profile = known.get(row["referral_id"])
        if profile is not None:
            terms = row["sessions"], row["session_fee"], row["contribution"], given[row["referral_id"]]
            found[row["award_id"]] = Case(profile.person, *terms, row["runs_until"])
    return found


async def weeks_known(db: Connection, now: datetime) -> int:
    """How many whole weeks there have been since the first award that was ever asked for."""
    first = await db.fetchval("SELECT min(requested_at) FROM award")
    return 0 if first is None else int((now - first) / WEEK)


async def _had_before(db: Connection, referral_ids: Sequence[ReferralId]) -> dict[ReferralId, dict[FundId, Pence]]:
    rows = await db.fetch(
        """
        SELECT referral_id, fund_id, sum(amount)::bigint AS amount
          FROM award
          JOIN reservation USING (award_id)
          JOIN ledger_transaction USING (reservation_id)
          JOIN ledger_entry USING (transaction_id)
         WHERE referral_id = ANY($1::uuid[]) AND account IN ('reserved', 'committed', 'spent')
         GROUP BY referral_id, fund_id
        """,
        list(referral_ids),
    )
    found: dict[ReferralId, dict[FundId, Pence]] = defaultdict(dict)
    for row in rows:
        found[row["referral_id"]][row["fund_id"]] = row["amount"]
    return found
