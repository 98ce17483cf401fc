"""The waiting list."""

from services.matching.domain.cases import Waiting
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId


async def waiting_of(db: Connection, referral_id: ReferralId) -> Waiting | None:
    """What a referral waits for, if it does."""
    row = await db.fetchrow(
        "SELECT referral_id, reason, since, next_look_at FROM waiting WHERE referral_id = $1", referral_id
    )
    return Waiting(*row) if row else None


async def put_on_waiting_list(db: Connection, place: Waiting) -> None:
    """Let a referral wait, or wait for something else; `since` stays while the reason is the same."""
    await db.execute(
        """
        INSERT INTO waiting (referral_id, reason, since, next_look_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (referral_id) DO UPDATE
           SET since = CASE WHEN waiting.reason = excluded.reason THEN waiting.since ELSE excluded.since END,
               reason = excluded.reason, next_look_at = excluded.next_look_at
        """,
        place.referral_id,
        place.reason,
        place.since,
        place.next_look_at,
    )


async def take_off_waiting_list(db: Connection, referral_id: ReferralId) -> None:
    """Let a referral wait no longer."""
    await db.execute("DELETE FROM waiting WHERE referral_id = $1", referral_id)


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
