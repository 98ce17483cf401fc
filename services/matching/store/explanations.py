"""Why each decision was as it was: stored compressed, and readable only with the referral's own key."""

import json
import zlib
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from services.matching.domain.explanation import Explanation, Stored, read_again, written
from services.matching.domain.scoring import Weights
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, ReferralId
from shared.privacy import Keyring

COLUMN = "explanation.content"


async def add_explanation(
    db: Connection,
    keys: Keyring,
    explanation: Explanation,
    *,
    explanation_id: UUID,
    referral_id: ReferralId,
    match_id: MatchId | None,
    now: datetime,
) -> None:
    """Keep a decision in full."""
    key = await key_for(db, keys, referral_id)
    content = written(explanation)
    await db.execute(
        """
        INSERT INTO explanation (explanation_id, referral_id, match_id, outcome, weights, made_at, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        explanation_id,
        referral_id,
        match_id,
        content["outcome"],
        explanation.weights.version,
        now,
        key.encrypt(COLUMN, zlib.compress(json.dumps(content).encode())),
    )


async def explanation_of_match(db: Connection, keys: Keyring, match_id: MatchId) -> Stored | None:
    """Why a match was made; None where the client has been erased."""
    row = await db.fetchrow("SELECT referral_id, content FROM explanation WHERE match_id = $1", match_id)
    return await _opened(db, keys, row)


async def latest_explanation(db: Connection, keys: Keyring, referral_id: ReferralId) -> Stored | None:
    """The last decision about a referral: the match that was made, or why nobody fitted."""
    row = await db.fetchrow(
        """
        SELECT referral_id, content FROM explanation WHERE referral_id = $1
         ORDER BY made_at DESC, explanation_id DESC LIMIT 1
        """,
        referral_id,
    )
    return await _opened(db, keys, row)


async def weights_of(db: Connection, version: int) -> Weights | None:
    """The published weights of a version."""
    row = await db.fetchrow("SELECT * FROM weights WHERE version = $1", version)
    return _weights(row) if row else None


async def published_weights(db: Connection) -> list[tuple[Weights, datetime]]:
    """Every version of the weights with the moment of its publication, the newest first."""
    rows = await db.fetch("SELECT * FROM weights ORDER BY version DESC")
    return [(_weights(row), row["published_at"]) for row in rows]


def _weights(row: Record) -> Weights:
    return Weights(**{part.name: row[part.name] for part in fields(Weights)})


async def _opened(db: Connection, keys: Keyring, row: Record | None) -> Stored | None:
    opened = await keys_of(db, keys, [row["referral_id"]]) if row else {}
    if not row or row["referral_id"] not in opened:
        return None
    content: dict[str, Any] = json.loads(zlib.decompress(opened[row["referral_id"]].decrypt(COLUMN, row["content"])))
    return read_again(content)
