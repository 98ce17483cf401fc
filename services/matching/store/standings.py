"""How therapists' standings moved: from what to what, why, when, and by whom."""

import json
from datetime import date
from uuid import UUID

from services.matching.domain.standings import StandingChange
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring, SubjectKey

DETAILS = "standing_change.details"


async def add_change(
    db: Connection, keys: Keyring, therapist_id: TherapistId, change: StandingChange, change_id: UUID
) -> None:
    """Keep one line of a therapist's history; who and why are readable only with the therapist's key."""
    key = await key_for(db, keys, therapist_id)
    await db.execute(
        """
        INSERT INTO standing_change (change_id, therapist_id, before, after, cause, actor_kind, changed_at, details)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        change_id,
        therapist_id,
        change.before,
        change.after,
        change.cause,
        change.actor_kind,
        change.changed_at,
        key.encrypt_text(DETAILS, json.dumps({"who": change.who, "reason": change.reason})),
    )


async def changes_of(db: Connection, keys: Keyring, therapist_id: TherapistId) -> list[StandingChange]:
    """A therapist's history, the newest line first."""
    rows = await db.fetch(
        "SELECT * FROM standing_change WHERE therapist_id = $1 ORDER BY changed_at DESC, change_id DESC", therapist_id
    )
    opened = await keys_of(db, keys, [therapist_id]) if rows else {}
    return [_change(row, opened[therapist_id]) for row in rows if therapist_id in opened]


async def set_paused_until(db: Connection, therapist_id: TherapistId, until: date | None) -> None:
    """Note the day on which a pause is over, or that it has no such day."""
    await db.execute("UPDATE therapist SET paused_until = $2 WHERE therapist_id = $1", therapist_id, until)


def _change(row: Record, key: SubjectKey) -> StandingChange:
    details = json.loads(key.decrypt_text(DETAILS, row["details"]))
    return StandingChange(
        before=row["before"],
        after=row["after"],
        cause=row["cause"],
        actor_kind=row["actor_kind"],
        changed_at=row["changed_at"],
        who=details["who"],
        reason=details["reason"],
    )
