"""Therapies as funding follows them: beginning, sessions, end, and as what somebody may be counted."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from services.funding.domain.evaluations import Course
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.events.codes import TherapyOutcome
from shared.kernel.ids import MatchId, ReferralId, SessionId
from shared.privacy import Keyring

COLUMN = "therapy_course.labels"


async def add_course(db: Connection, course: Course) -> bool:
    """Note that a therapy began; False where that was known."""
    added = await db.fetchval(
        """
        INSERT INTO therapy_course (match_id, referral_id, therapist_id, started_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        course.match_id,
        course.referral_id,
        course.therapist_id,
        course.started_at,
    )
    return added is not None


async def end_course(db: Connection, match_id: MatchId, ended_at: datetime, outcome: TherapyOutcome) -> bool:
    """Note that a therapy is over; False where it is not known or was over before."""
    ended = await db.fetchval(
        """
        UPDATE therapy_course SET ended_at = $2, outcome = $3 WHERE match_id = $1 AND ended_at IS NULL RETURNING true
        """,
        match_id,
        ended_at,
        outcome,
    )
    return ended is not None


async def course_of(db: Connection, match_id: MatchId) -> Course | None:
    """The therapy of a match, if it began."""
    row = await db.fetchrow("SELECT * FROM therapy_course WHERE match_id = $1", match_id)
    return _course(row) if row else None


async def courses_of(db: Connection, referral_id: ReferralId) -> list[Course]:
    """Every therapy of a referral, the earliest first."""
    rows = await db.fetch("SELECT * FROM therapy_course WHERE referral_id = $1 ORDER BY started_at", referral_id)
    return [_course(row) for row in rows]


async def add_session(
    db: Connection, session_id: SessionId, match_id: MatchId, referral_id: ReferralId, held_on: date, number: int
) -> None:
    """Note a session that took place, once."""
    await db.execute(
        """
        INSERT INTO attended_session (session_id, match_id, referral_id, held_on, number) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """,
        session_id,
        match_id,
        referral_id,
        held_on,
        number,
    )


async def remove_session(db: Connection, session_id: SessionId) -> None:
    """Count a session no longer: it turned out not to have taken place."""
    await db.execute("DELETE FROM attended_session WHERE session_id = $1", session_id)


async def keep_labels(
    db: Connection, keys: Keyring, match_id: MatchId, referral_id: ReferralId, labels: Mapping[str, str]
) -> None:
    """Keep as what this person may be counted, under their own key."""
    key = await key_for(db, keys, referral_id)
    sealed = key.encrypt_text(COLUMN, json.dumps(dict(labels)))
    await db.execute("UPDATE therapy_course SET labels = $2 WHERE match_id = $1", match_id, sealed)


async def labels_of(db: Connection, keys: Keyring, match_id: MatchId) -> dict[str, str] | None:
    """As what this person may be counted; None where they may not, or were erased."""
    row = await db.fetchrow(
        """
        SELECT referral_id, labels, wrapped
          FROM therapy_course JOIN subject_key ON subject = referral_id::text
         WHERE match_id = $1 AND labels IS NOT NULL
        """,
        match_id,
    )
    return labels_in(keys, row) if row else None


def labels_in(keys: Keyring, row: Record) -> dict[str, str]:
    """The labels in a row with `referral_id`, `labels` and `wrapped`."""
    opened = keys.subject_key(str(row["referral_id"]), row["wrapped"]).decrypt_text(COLUMN, row["labels"])
    read: dict[str, str] = json.loads(opened)
    return read


async def forget_labels(db: Connection, referral_id: ReferralId) -> None:
    """Count this person as nothing in particular any more."""
    await db.execute("UPDATE therapy_course SET labels = NULL WHERE referral_id = $1", referral_id)


def _course(row: Record) -> Course:
    return Course(
        row["match_id"], row["referral_id"], row["therapist_id"], row["started_at"], row["ended_at"], row["outcome"]
    )
