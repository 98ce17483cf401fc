"""Who waits, what each of them needs, and how many joined in which week."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from services.funding.domain.choice import Case
from services.funding.domain.forecast import WEEKS
from services.funding.domain.funds import NOTHING
from services.funding.store.referrals import referrals_of
from shared.db import Connection, Record
from shared.kernel.ids import FundId, ReferralId
from shared.kernel.money import Pence
from shared.privacy import Keyring


async def waiting_listed(db: Connection, waits_for: Collection[str]) -> list[Record]:
    """Who waits for one of these, the most urgent first, then whoever asked for help first."""
    return await db.fetch(
        """
        SELECT award.*, priority, received_at
          FROM award LEFT JOIN referral USING (referral_id)
         WHERE state IN ('requested', 'waiting') AND waits_for = ANY($1::text[])
         ORDER BY array_position(ARRAY['immediate', 'urgent', 'routine'], priority), received_at, award_id
        """,
        sorted(waits_for),
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
            own = row["contribution"] or NOTHING
            before = given[row["referral_id"]]
            found[row["award_id"]] = Case(profile.person, row["sessions"], row["session_fee"], own, before)
    return found


async def joined_by_week(db: Connection, now: datetime) -> list[Pence]:
    """What those who wait for money now need, by the week in which they joined, the latest first.

    Only weeks since the first award that there ever was, and at most `WEEKS` of seven days. The need and not the
    shortfall: what the funds still hold is counted once, for all who wait, and does not come again for each who joins.
    """
    rows = await db.fetch(
        """
        SELECT back, coalesce(sum((session_fee - coalesce(contribution, 0)) * sessions), 0)::bigint AS amount
          FROM (SELECT floor(extract(epoch FROM $1 - min(requested_at)) / 604800)::int AS length FROM award) AS known,
               LATERAL generate_series(0, least(length, $2) - 1) AS back
          LEFT JOIN award ON state = 'waiting' AND waits_for = 'money'
               AND floor(extract(epoch FROM $1 - requested_at) / 604800)::int = back
         GROUP BY back ORDER BY back
        """,
        now,
        WEEKS,
    )
    return [row["amount"] for row in rows]


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
