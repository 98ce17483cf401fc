"""Why each decision was as it was: stored compressed, and readable only with the referral's own key."""

import json
import zlib
from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from services.matching.domain.explanation import Explanation, Stored, read_again, written
from services.matching.domain.scoring import Weights
from services.matching.store.subject_keys import keys_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, ReferralId
from shared.privacy import Keyring, SubjectKey

COLUMN = "explanation.content"


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision about a referral, and the match where it led to one, on its way to be kept."""

    explanation_id: UUID
    referral_id: ReferralId
    match_id: MatchId | None
    explanation: Explanation


async def add_explanations(db: Connection, keys: Keyring, explained: Sequence[Explained], now: datetime) -> None:
    """Keep decisions in full; a thread packs them, so that everything else goes on where they are many."""
    if not explained:
        return
    opened = await keys_for(db, keys, {one.referral_id for one in explained})
    packed = await to_thread(lambda: [_packed(opened[one.referral_id], one.explanation) for one in explained])
    await db.execute(
        """
        INSERT INTO explanation (explanation_id, referral_id, match_id, outcome, weights, made_at, content)
        SELECT explanation_id, referral_id, match_id, outcome, weights, $7, content
          FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::bytea[])
               AS t (explanation_id, referral_id, match_id, outcome, weights, content)
        """,
        [one.explanation_id for one in explained],
        [one.referral_id for one in explained],
        [one.match_id for one in explained],
        [outcome for outcome, _ in packed],
        [one.explanation.weights.version for one in explained],
        [content for _, content in packed],
        now,
    )


def _packed(key: SubjectKey, explanation: Explanation) -> tuple[str, bytes]:
    content = written(explanation)
    return content["outcome"], key.encrypt(COLUMN, zlib.compress(json.dumps(content).encode()))


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
