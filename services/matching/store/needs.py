"""What clients need of a therapist; the profile is readable only with the referral's own key."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from services.matching.domain.cases import Case, CaseState
from services.matching.domain.distance import Point
from services.matching.domain.pairing import Need
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId
from shared.privacy import Keyring, SubjectKey

COLUMN = "need.profile"


async def save_case(db: Connection, keys: Keyring, case: Case) -> None:
    """Keep a new case, or renew one that was triaged again."""
    key = await key_for(db, keys, case.referral_id)
    await db.execute(
        """
        INSERT INTO need (referral_id, state, priority, received_at, sharing_agreed, profile)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (referral_id) DO UPDATE
           SET state = excluded.state, priority = excluded.priority, received_at = excluded.received_at,
               sharing_agreed = excluded.sharing_agreed, profile = excluded.profile
        """,
        case.referral_id,
        case.state,
        case.priority,
        case.received_at,
        case.sharing_agreed,
        key.encrypt_text(COLUMN, json.dumps(asdict(case.need))),
    )


async def case_of(db: Connection, keys: Keyring, referral_id: ReferralId) -> Case | None:
    """The case of a referral; None where it was never found suitable, or has been erased."""
    row = await db.fetchrow("SELECT * FROM need WHERE referral_id = $1", referral_id)
    opened = await keys_of(db, keys, [referral_id]) if row else {}
    return _case(row, opened[referral_id]) if row and referral_id in opened else None


async def cases_waiting(db: Connection, keys: Keyring, reasons: frozenset[str]) -> list[Case]:
    """The cases on the waiting list for one of these reasons, in no order."""
    rows = await db.fetch(
        "SELECT need.* FROM waiting JOIN need USING (referral_id) WHERE waiting.reason = ANY($1::text[])",
        sorted(reasons),
    )
    return await cases_of(db, keys, rows)


async def cases_of(db: Connection, keys: Keyring, rows: Sequence[Record]) -> list[Case]:
    """The cases in these rows of `need`, without those who were erased."""
    opened = await keys_of(db, keys, [row["referral_id"] for row in rows])
    return [_case(row, opened[row["referral_id"]]) for row in rows if row["referral_id"] in opened]


async def set_case_state(db: Connection, referral_id: ReferralId, state: CaseState) -> None:
    """Move a case."""
    await db.execute("UPDATE need SET state = $2 WHERE referral_id = $1", referral_id, state)


async def set_sharing(db: Connection, referral_id: ReferralId, *, agreed: bool) -> None:
    """Note whether the client agrees that a therapist is told about them."""
    await db.execute("UPDATE need SET sharing_agreed = $2 WHERE referral_id = $1", referral_id, agreed)


def _case(row: Record, key: SubjectKey) -> Case:
    profile: dict[str, Any] = json.loads(key.decrypt_text(COLUMN, row["profile"]))
    point = profile.pop("point")
    profile["languages"] = tuple(profile["languages"])
    return Case(
        row["referral_id"],
        row["state"],
        row["priority"],
        row["received_at"],
        row["sharing_agreed"],
        Need(**profile, point=Point(**point) if point else None),
    )
