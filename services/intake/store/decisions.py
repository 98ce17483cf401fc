"""What was decided about a referral, by whom, and why it differs from what the rules proposed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain.codes import Outcome, Priority
from services.intake.store.vault import subject_of
from shared.db import Connection
from shared.privacy import Keyring


@dataclass(frozen=True, slots=True)
class Decision:
    """One triage decision; `proposed` is the priority that the rules proposed."""

    decision_id: UUID
    outcome: Outcome
    priority: Priority
    proposed: Priority
    decided_by: str
    decided_at: datetime
    reason: str = ""


async def add_decision(db: Connection, keys: Keyring, referral_id: UUID, decision: Decision) -> None:
    """Keep a decision."""
    key = await subject_of(db, keys, referral_id)
    await db.execute(
        """
        INSERT INTO decision (decision_id, referral_id, outcome, priority, proposed, decided_by, decided_at, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        decision.decision_id,
        referral_id,
        decision.outcome,
        decision.priority,
        decision.proposed,
        decision.decided_by,
        decision.decided_at,
        key.encrypt_text("decision.reason", decision.reason) if decision.reason else None,
    )


async def decisions_of(db: Connection, keys: Keyring, referral_id: UUID) -> list[Decision]:
    """Every decision, in order."""
    rows = await db.fetch(
        """
        SELECT decision_id, outcome, priority, proposed, decided_by, decided_at, reason
          FROM decision WHERE referral_id = $1 ORDER BY decided_at, decision_id
        """,
        referral_id,
    )
    if not rows:
        return []
    key = await subject_of(db, keys, referral_id)
    return [
        Decision(**{**row, "reason": key.decrypt_text("decision.reason", row["reason"]) if row["reason"] else ""})
        for row in rows
    ]
