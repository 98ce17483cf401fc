"""Supervisors and the supervision log; who supervises is readable only with the supervisor's own key."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from services.matching.domain.supervision import Supervision, SupervisionState, Supervisor
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring

_COLUMNS = (
    "supervision_id", "therapist_id", "supervisor_id", "held_on", "minutes", "state", "entered_at", "answered_at",
)  # fmt: skip
HASH_PURPOSE = "supervisor.registration"


async def supervisor_registered(db: Connection, keys: Keyring, number: str) -> UUID | None:
    """The supervisor with this registration number, in its one spelling."""
    found: UUID | None = await db.fetchval(
        "SELECT supervisor_id FROM supervisor WHERE registration_hash = ANY($1::bytea[])",
        keys.lookup_hashes(HASH_PURPOSE, number),
    )
    return found


async def save_supervisor(db: Connection, keys: Keyring, supervisor: Supervisor, now: datetime) -> None:
    """Add a supervisor, or write anew what they are called and where they are written to."""
    key = await key_for(db, keys, supervisor.supervisor_id)
    await db.execute(
        """
        INSERT INTO supervisor (supervisor_id, registration_hash, registration, name, email, added_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (supervisor_id) DO UPDATE SET name = excluded.name, email = excluded.email
        """,
        supervisor.supervisor_id,
        keys.lookup_hash(HASH_PURPOSE, supervisor.registration_number),
        key.encrypt_text("supervisor.registration", supervisor.registration_number),
        key.encrypt_text("supervisor.name", supervisor.name),
        key.encrypt_text("supervisor.email", supervisor.email),
        now,
    )


async def tie(db: Connection, therapist_id: TherapistId, supervisor_id: UUID, since: date) -> None:
    """Note that this supervisor supervises this therapist; once is enough."""
    await db.execute(
        """
        INSERT INTO supervised_by (therapist_id, supervisor_id, since) VALUES ($1, $2, $3)
        ON CONFLICT (therapist_id, supervisor_id) DO NOTHING
        """,
        therapist_id,
        supervisor_id,
        since,
    )


async def supervisors_of(db: Connection, keys: Keyring, therapist_id: TherapistId) -> list[Supervisor]:
    """Who supervises a therapist, in the order in which they began."""
    rows = await db.fetch(
        """
        SELECT supervisor.* FROM supervisor JOIN supervised_by USING (supervisor_id)
         WHERE therapist_id = $1 ORDER BY since, supervisor_id
        """,
        therapist_id,
    )
    opened = await keys_of(db, keys, [row["supervisor_id"] for row in rows])
    return [
        Supervisor(
            supervisor_id=row["supervisor_id"],
            name=key.decrypt_text("supervisor.name", row["name"]),
            email=key.decrypt_text("supervisor.email", row["email"]),
            registration_number=key.decrypt_text("supervisor.registration", row["registration"]),
        )
        for row in rows
        if (key := opened.get(row["supervisor_id"]))
    ]


async def add_supervision(db: Connection, entry: Supervision) -> bool:
    """Write a meeting into the log; False where this one has been signed already.

    One that is written in anew has links of its own: those that asked about what it said before lead nowhere.
    """
    await db.execute(
        """
        DELETE FROM supervision_link USING supervision
         WHERE supervision.supervision_id = supervision_link.supervision_id AND supervision.state <> 'signed'
           AND therapist_id = $1 AND supervisor_id = $2 AND held_on = $3
        """,
        entry.therapist_id,
        entry.supervisor_id,
        entry.held_on,
    )
    added = await db.fetchval(
        """
        INSERT INTO supervision (supervision_id, therapist_id, supervisor_id, held_on, minutes, state, entered_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (therapist_id, supervisor_id, held_on) DO UPDATE
           SET supervision_id = excluded.supervision_id, minutes = excluded.minutes, state = excluded.state,
               entered_at = excluded.entered_at, answered_at = NULL
         WHERE supervision.state <> 'signed'
        RETURNING true
        """,
        entry.supervision_id,
        entry.therapist_id,
        entry.supervisor_id,
        entry.held_on,
        entry.minutes,
        entry.state,
        entry.entered_at,
    )
    return added is True


async def unanswered_supervision(db: Connection, supervision_id: UUID) -> Supervision | None:
    """A meeting that nobody has signed or refused, locked; None where that is done, or where there is none."""
    row = await db.fetchrow(
        "SELECT * FROM supervision WHERE supervision_id = $1 AND state = 'to-sign' FOR UPDATE", supervision_id
    )
    return _supervision(row) if row else None


async def add_supervision_link(db: Connection, supervision_id: UUID, token: str, now: datetime) -> None:
    """Let one more token lead to a meeting; those that were mailed before lead there still."""
    await db.execute(
        "INSERT INTO supervision_link (token_hash, supervision_id, made_at) VALUES ($1, $2, $3)",
        _hash(token),
        supervision_id,
        now,
    )


async def supervision_by_token(db: Connection, token: str) -> Supervision | None:
    """The meeting that a link asks about."""
    row = await db.fetchrow(
        "SELECT supervision.* FROM supervision JOIN supervision_link USING (supervision_id) WHERE token_hash = $1",
        _hash(token),
    )
    return _supervision(row) if row else None


async def answer_supervision(db: Connection, supervision_id: UUID, state: SupervisionState, now: datetime) -> bool:
    """Sign or refuse a meeting; False where that was done before."""
    answered = await db.fetchval(
        """
        UPDATE supervision SET state = $2, answered_at = $3
         WHERE supervision_id = $1 AND state = 'to-sign'
        RETURNING true
        """,
        supervision_id,
        state,
        now,
    )
    return answered is True


async def log_of(db: Connection, therapist_id: TherapistId) -> list[Supervision]:
    """A therapist's supervision log, the newest meeting first."""
    rows = await db.fetch(
        "SELECT * FROM supervision WHERE therapist_id = $1 ORDER BY held_on DESC, entered_at DESC", therapist_id
    )
    return [_supervision(row) for row in rows]


async def logs_of(db: Connection, therapist_ids: Collection[TherapistId]) -> dict[TherapistId, list[Supervision]]:
    """The logs of several therapists."""
    rows = await db.fetch("SELECT * FROM supervision WHERE therapist_id = ANY($1::uuid[])", list(therapist_ids))
    found: dict[TherapistId, list[Supervision]] = defaultdict(list)
    for row in rows:
        found[row["therapist_id"]].append(_supervision(row))
    return dict(found)


def _supervision(row: Record) -> Supervision:
    return Supervision(*(row[column] for column in _COLUMNS))


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
