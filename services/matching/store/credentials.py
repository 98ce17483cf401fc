"""The charity's requirements, what therapists have shown, and of what they were warned."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.matching.domain.credentials import Credential, CredentialKind, Evidence, Requirement
from services.matching.domain.london import london_day
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring, SubjectKey

DETAILS = "credential.details"


async def requirements_on(db: Connection, day: date) -> list[Requirement]:
    """What is asked of each kind on a day."""
    rows = await db.fetch(
        """
        SELECT DISTINCT ON (kind) kind, valid_from, required, minimum, minimum_on_this_work, lasts_months, needs_expiry,
               grace_days, warn_days
          FROM credential_requirement
         WHERE valid_from <= $1
         ORDER BY kind, valid_from DESC
        """,
        day,
    )
    return [Requirement(**{**row, "warn_days": tuple(row["warn_days"])}) for row in rows]


async def credentials_of(db: Connection, keys: Keyring, therapist_id: TherapistId) -> list[Credential]:
    """What a therapist has shown, the newest first, without what was withdrawn again."""
    rows = await db.fetch(
        """
        SELECT * FROM credential WHERE therapist_id = $1 AND withdrawn_at IS NULL ORDER BY recorded_at DESC, kind
        """,
        therapist_id,
    )
    opened = await keys_of(db, keys, [therapist_id]) if rows else {}
    return [_credential(row, opened.get(therapist_id)) for row in rows]


async def credentials_of_all(db: Connection) -> dict[TherapistId, list[Credential]]:
    """What everybody has shown, without references and names."""
    found: dict[TherapistId, list[Credential]] = defaultdict(list)
    for row in await db.fetch("SELECT * FROM credential WHERE withdrawn_at IS NULL"):
        found[row["therapist_id"]].append(_credential(row, None))
    return dict(found)


async def add_credential(
    db: Connection, keys: Keyring, therapist_id: TherapistId, credential: Credential, now: datetime
) -> None:
    """Keep what was shown."""
    key, evidence = await key_for(db, keys, therapist_id), credential.evidence
    details = json.dumps({"reference": evidence.reference, "recorded_by": credential.recorded_by})
    await db.execute(
        """
        INSERT INTO credential (credential_id, therapist_id, kind, issued_on, expires_on, amount, on_this_work, level,
                                recorded_at, details)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        credential.credential_id,
        therapist_id,
        evidence.kind,
        evidence.issued_on,
        evidence.expires_on,
        evidence.amount,
        evidence.on_this_work,
        evidence.level,
        now,
        key.encrypt_text(DETAILS, details),
    )


async def withdraw_credential(
    db: Connection, therapist_id: TherapistId, credential_id: UUID, now: datetime
) -> CredentialKind | None:
    """Take back what was recorded in error; gives its kind, or None where there is no such credential."""
    kind: CredentialKind | None = await db.fetchval(
        """
        UPDATE credential SET withdrawn_at = $3
         WHERE credential_id = $1 AND therapist_id = $2 AND withdrawn_at IS NULL
        RETURNING kind
        """,
        credential_id,
        therapist_id,
        now,
    )
    return kind


async def set_child_clearance(db: Connection, therapist_id: TherapistId, *, cleared: bool) -> bool:
    """Let the rules see whether a therapist is cleared for children; False where that was so already."""
    changed = await db.fetchval(
        """
        UPDATE therapist SET child_clearance = $2 WHERE therapist_id = $1 AND child_clearance <> $2 RETURNING true
        """,
        therapist_id,
        cleared,
    )
    return changed is True


async def warnings_of(db: Connection, therapist_id: TherapistId) -> Mapping[tuple[CredentialKind, date], int]:
    """The last notice given of each credential, by its kind and last day."""
    rows = await db.fetch(
        "SELECT kind, runs_out_on, days FROM credential_warning WHERE therapist_id = $1", therapist_id
    )
    return {(row["kind"], row["runs_out_on"]): row["days"] for row in rows}


async def note_warning(
    db: Connection, therapist_id: TherapistId, kind: CredentialKind, until: date, *, days: int, now: datetime
) -> None:
    """Remember that notice was given."""
    await db.execute(
        """
        INSERT INTO credential_warning (therapist_id, kind, runs_out_on, days, told_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (therapist_id, kind, runs_out_on) DO UPDATE SET days = excluded.days, told_at = excluded.told_at
        """,
        therapist_id,
        kind,
        until,
        days,
        now,
    )


def _credential(row: Record, key: SubjectKey | None) -> Credential:
    details: dict[str, Any] = json.loads(key.decrypt_text(DETAILS, row["details"])) if key else {}
    evidence = Evidence(
        kind=row["kind"],
        issued_on=row["issued_on"],
        expires_on=row["expires_on"],
        amount=row["amount"],
        on_this_work=row["on_this_work"],
        level=row["level"],
        reference=details.get("reference", ""),
    )
    return Credential(row["credential_id"], evidence, london_day(row["recorded_at"]), details.get("recorded_by", ""))
