"""The waiting list."""

from collections.abc import Collection, Sequence

from services.matching.domain.cases import Waiting
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId


async def waiting_of(db: Connection, referral_id: ReferralId) -> Waiting | None:
    """What a referral waits for, if it does."""
    return (await all_waiting_of(db, [referral_id])).get(referral_id)


async def all_waiting_of(db: Connection, referral_ids: Collection[ReferralId]) -> dict[ReferralId, Waiting]:
    """What each of these referrals waits for, without those that do not."""
    rows = await db.fetch(
        "SELECT referral_id, reason, since, next_look_at FROM waiting WHERE referral_id = ANY($1::uuid[])",
        list(referral_ids),
    )
    return {row["referral_id"]: Waiting(*row) for row in rows}


async def put_on_waiting_list(db: Connection, places: Sequence[Waiting]) -> None:
    """Let referrals wait, or wait for something else; `since` stays while the reason is the same."""
    await db.execute(
        """
        INSERT INTO waiting (referral_id, reason, since, next_look_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[])
        ON CONFLICT (referral_id) DO UPDATE
           SET since = CASE WHEN waiting.reason = excluded.reason THEN waiting.since ELSE excluded.since END,
               reason = excluded.reason, next_look_at = excluded.next_look_at
        """,
        [place.referral_id for place in places],
        [place.reason for place in places],
        [place.since for place in places],
        [place.next_look_at for place in places],
    )


async def take_off_waiting_list(db: Connection, referral_ids: Collection[ReferralId]) -> None:
    """Let referrals wait no longer."""
    await db.execute("DELETE FROM waiting WHERE referral_id = ANY($1::uuid[])", list(referral_ids))


async def waiting_list(db: Connection) -> list[Record]:
    """Everyone who waits, by reason and then longest first, for the page."""
    rows: list[Record] = await db.fetch(
        """
        SELECT waiting.referral_id, reason, since, next_look_at, priority, received_at
          FROM waiting JOIN need USING (referral_id)
         ORDER BY reason, array_position(ARRAY['immediate', 'urgent', 'routine'], priority), received_at
        """
    )
    return rows
