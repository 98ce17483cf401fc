"""Applications; what applicants, referees and registrars wrote is readable only with the application's own key."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from services.matching.domain.applications import Answers, Application, ApplicationState, DocumentKind, Step, Tick
from services.matching.store.documents import documents_of
from services.matching.store.references import references_of
from services.matching.store.subject_keys import key_for, keys_of
from services.matching.store.therapists import HASH_PURPOSE
from shared.db import Connection, Record
from shared.kernel.ids import StaffId, TherapistId
from shared.privacy import Keyring, SubjectKey

COLUMN = "application.answers"


async def registration_in_use(db: Connection, keys: Keyring, number: str) -> bool:
    """Whether a therapist or an open application has this registration number."""
    return bool(
        await db.fetchval(
            """
            SELECT EXISTS (SELECT FROM therapist WHERE registration_hash = ANY($1::bytea[]))
                OR EXISTS (SELECT FROM application WHERE registration_hash = ANY($1::bytea[])
                              AND state IN ('applied', 'documents-pending', 'under-review'))
            """,
            list(keys.lookup_hashes(HASH_PURPOSE, number)),
        )
    )


async def add_application(
    db: Connection, keys: Keyring, application_id: UUID, answers: Answers, *, number: str, now: datetime
) -> bool:
    """Keep a new application; False where another open one has this registration number."""
    key = await key_for(db, keys, application_id)
    added = await db.fetchval(
        """
        INSERT INTO application (application_id, state, registration_hash, answers, submitted_at, progress_at)
        VALUES ($1, 'applied', $2, $3, $4, $4)
        ON CONFLICT (registration_hash) WHERE state IN ('applied', 'documents-pending', 'under-review') DO NOTHING
        RETURNING true
        """,
        application_id,
        keys.lookup_hash(HASH_PURPOSE, number),
        key.encrypt(COLUMN, json.dumps(answers).encode()),
        now,
    )
    if not added:
        await db.execute("DELETE FROM subject_key WHERE subject = $1", str(application_id))
    return bool(added)


async def application_by_id(db: Connection, keys: Keyring, application_id: UUID) -> Application | None:
    """An application with its documents, references and ticked steps."""
    rows = await db.fetch("SELECT * FROM application WHERE application_id = $1", application_id)
    found = await _opened(db, keys, rows)
    return found[0] if found else None


async def application_by_token(db: Connection, keys: Keyring, token: str) -> Application | None:
    """The application to which a link leads."""
    rows = await db.fetch(
        "SELECT application.* FROM application JOIN application_link USING (application_id) WHERE token_hash = $1",
        sha256(token.encode()).digest(),
    )
    found = await _opened(db, keys, rows)
    return found[0] if found else None


async def applications_in(
    db: Connection, keys: Keyring, states: Collection[ApplicationState], *, most: int
) -> list[Application]:
    """Applications in these states, those first on which nothing has happened for longest."""
    rows = await db.fetch(
        "SELECT * FROM application WHERE state = ANY($1::text[]) ORDER BY progress_at, application_id LIMIT $2",
        list(states),
        most,
    )
    return await _opened(db, keys, rows)


async def add_application_link(db: Connection, application_id: UUID, token: str, now: datetime) -> None:
    """Let an application be found by a token, of which only the hash is kept."""
    await db.execute(
        "INSERT INTO application_link (token_hash, application_id, made_at) VALUES ($1, $2, $3)",
        sha256(token.encode()).digest(),
        application_id,
        now,
    )


async def set_application_state(
    db: Connection, application_id: UUID, state: ApplicationState, now: datetime, *, ended: bool
) -> None:
    """Move an application; the caller has asked the table of moves."""
    await db.execute(
        """
        UPDATE application
           SET state = $2, progress_at = $3, quiet = false, decided_at = CASE WHEN $4 THEN $3::timestamptz END
         WHERE application_id = $1
        """,
        application_id,
        state,
        now,
        ended,
    )


async def note_decision(
    db: Connection, keys: Keyring, application_id: UUID, reason: str, therapist_id: TherapistId | None
) -> None:
    """Keep why it was decided so, and the therapist that was made."""
    key = await key_for(db, keys, application_id)
    await db.execute(
        "UPDATE application SET reason = $2, therapist_id = $3 WHERE application_id = $1",
        application_id,
        key.encrypt_text("application.reason", reason),
        therapist_id,
    )


async def note_progress(db: Connection, application_id: UUID, now: datetime) -> None:
    """Something has happened: nobody needs to be reminded yet."""
    await db.execute(
        "UPDATE application SET progress_at = $2, quiet = false WHERE application_id = $1", application_id, now
    )


async def note_quiet(db: Connection, application_id: UUID) -> None:
    """Nothing has happened for too long."""
    await db.execute("UPDATE application SET quiet = true WHERE application_id = $1", application_id)


async def set_asked_for(db: Connection, application_id: UUID, kinds: Collection[DocumentKind]) -> None:
    """Keep which documents the registrars want beyond those that everybody sends."""
    await db.execute("UPDATE application SET asked_for = $2 WHERE application_id = $1", application_id, list(kinds))


async def add_tick(db: Connection, keys: Keyring, application_id: UUID, tick: Tick) -> None:
    """Keep that a step is done; ticked again, it says who did so last."""
    key = await key_for(db, keys, application_id)
    await db.execute(
        """
        INSERT INTO application_step (application_id, step, done_at, done_by, done_by_name, note)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (application_id, step) DO UPDATE
           SET done_at = excluded.done_at, done_by = excluded.done_by, done_by_name = excluded.done_by_name,
               note = excluded.note
        """,
        application_id,
        tick.step,
        tick.done_at,
        tick.done_by,
        key.encrypt_text("application_step.done_by_name", tick.name),
        key.encrypt_text("application_step.note", tick.note),
    )


async def remove_ticks(db: Connection, application_id: UUID, steps: Collection[Step]) -> None:
    """What these steps looked at has changed: they have to be done again."""
    await db.execute(
        "DELETE FROM application_step WHERE application_id = $1 AND step = ANY($2::text[])", application_id, list(steps)
    )


async def erase_application(db: Connection, application_id: UUID) -> None:
    """Remove an application with everything that came in for it, and the key under which it was readable."""
    await db.execute("DELETE FROM application WHERE application_id = $1", application_id)
    await db.execute("DELETE FROM subject_key WHERE subject = $1", str(application_id))


async def _opened(db: Connection, keys: Keyring, rows: Sequence[Record]) -> list[Application]:
    opened = await keys_of(db, keys, [row["application_id"] for row in rows])
    documents = await documents_of(db, list(opened))
    references = await references_of(db, opened)
    ticks = await _ticks_of(db, opened)
    return [
        Application(
            application_id=row["application_id"],
            state=row["state"],
            answers=_answers(opened[row["application_id"]].decrypt(COLUMN, row["answers"])),
            submitted_at=row["submitted_at"],
            progress_at=row["progress_at"],
            quiet=row["quiet"],
            decided_at=row["decided_at"],
            reason=_reason(opened[row["application_id"]], row["reason"]),
            therapist_id=row["therapist_id"],
            documents=tuple(documents.get(row["application_id"], ())),
            references=tuple(references.get(row["application_id"], ())),
            ticks=tuple(ticks.get(row["application_id"], ())),
            asked_for=tuple(row["asked_for"]),
        )
        for row in rows
        if row["application_id"] in opened
    ]


def _answers(kept: bytes) -> Answers:
    return {name: tuple(values) for name, values in json.loads(kept).items()}


def _reason(key: SubjectKey, kept: bytes | None) -> str:
    return key.decrypt_text("application.reason", kept) if kept else ""


async def _ticks_of(db: Connection, opened: dict[UUID, SubjectKey]) -> dict[UUID, list[Tick]]:
    found: dict[UUID, list[Tick]] = {}
    rows = await db.fetch(
        "SELECT * FROM application_step WHERE application_id = ANY($1::uuid[]) ORDER BY done_at", list(opened)
    )
    for row in rows:
        key = opened[row["application_id"]]
        found.setdefault(row["application_id"], []).append(
            Tick(
                step=row["step"],
                done_at=row["done_at"],
                done_by=StaffId(row["done_by"]),
                name=key.decrypt_text("application_step.done_by_name", row["done_by_name"]),
                note=key.decrypt_text("application_step.note", row["note"]),
            )
        )
    return found
