"""Match runs: what came of each, and everything that is needed to do it again, readable only with the run's own key."""

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.matching.domain.cases import Case
from services.matching.store.needs import cases_of
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, ReferralId, RunId
from shared.privacy import Keyring

COLUMN = "match_run.content"
PLACED_IN_RUNS = ("nobody-near", "no-such-skill", "no-free-place", "everyone-asked", "next-run")
"""Who waits for one of these reasons can be placed by a run; the others wait for something that no run can give."""
Cause = Literal["schedule", "staff", "woken"]


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is kept; bounds say how good it could have been at most."""

    run_id: RunId
    cause: Cause
    started_at: datetime
    elapsed_ms: int
    waiting: int
    placed: int
    placed_bound: int
    score: int
    score_bound: int
    optimal: bool
    solver: str
    pairs: int
    weights: int


async def referrals_for_a_run(db: Connection) -> list[ReferralId]:
    """Everyone who waits and could be placed; the caller locks their keys and asks again who still does."""
    rows = await db.fetch("SELECT referral_id FROM waiting WHERE reason = ANY($1::text[])", list(PLACED_IN_RUNS))
    return [row["referral_id"] for row in rows]


async def cases_for_a_run(db: Connection, keys: Keyring, referral_ids: Collection[ReferralId]) -> list[Case]:
    """Those of these referrals who wait still and may be placed; the caller holds their keys and the places."""
    rows = await db.fetch(
        """
        SELECT need.* FROM waiting JOIN need USING (referral_id)
         WHERE referral_id = ANY($1::uuid[]) AND reason = ANY($2::text[]) AND state = 'open' AND sharing_agreed
        """,
        list(referral_ids),
        list(PLACED_IN_RUNS),
    )
    return await cases_of(db, keys, rows)


async def add_run(db: Connection, keys: Keyring, run: Run, content: dict[str, Any]) -> None:
    """Keep a run."""
    key = await key_for(db, keys, run.run_id)
    await db.execute(
        """
        INSERT INTO match_run (run_id, cause, started_at, elapsed_ms, waiting, placed, placed_bound, score, score_bound,
                               optimal, solver, pairs, weights, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        *(getattr(run, name) for name in Run.__slots__),
        key.encrypt(COLUMN, zlib.compress(json.dumps(content).encode(), 1)),
    )


async def add_outcomes(
    db: Connection, run_id: RunId, outcomes: Sequence[tuple[ReferralId, MatchId | None, str | None]]
) -> None:
    """Note who was placed, and for what the others wait."""
    await db.executemany(
        "INSERT INTO match_run_outcome (run_id, referral_id, match_id, reason) VALUES ($1, $2, $3, $4)",
        [(run_id, *outcome) for outcome in outcomes],
    )


async def latest_runs(db: Connection, *, limit: int) -> list[Run]:
    """The last runs, the newest first."""
    rows = await db.fetch("SELECT * FROM match_run ORDER BY started_at DESC, run_id DESC LIMIT $1", limit)
    return [_run(row) for row in rows]


async def run_by_id(db: Connection, run_id: RunId) -> Run | None:
    """A run."""
    row = await db.fetchrow("SELECT * FROM match_run WHERE run_id = $1", run_id)
    return _run(row) if row else None


async def outcomes_of(db: Connection, run_id: RunId) -> list[Record]:
    """What came of a run for each client, with the therapist and state of the match, the most urgent first."""
    rows: list[Record] = await db.fetch(
        """
        SELECT outcome.referral_id, outcome.match_id, outcome.reason, need.priority, match.therapist_id, match.state
          FROM match_run_outcome AS outcome
          JOIN need USING (referral_id)
          LEFT JOIN match USING (match_id)
         WHERE run_id = $1
         ORDER BY reason NULLS FIRST, array_position(ARRAY['immediate', 'urgent', 'routine'], priority), referral_id
        """,
        run_id,
    )
    return rows


async def content_of_run(db: Connection, keys: Keyring, run_id: RunId) -> dict[str, Any] | None:
    """What a run was made from and what it decided."""
    row = await db.fetchrow("SELECT content FROM match_run WHERE run_id = $1", run_id)
    opened = await keys_of(db, keys, [run_id])
    if row is None or run_id not in opened:
        return None
    content: dict[str, Any] = json.loads(zlib.decompress(opened[run_id].decrypt(COLUMN, row["content"])))
    return content


async def run_is_set_for(db: Connection, kind: str) -> datetime | None:
    """When the next run is due, if one is set."""
    due: datetime | None = await db.fetchval("SELECT min(due_at) FROM timer WHERE kind = $1", kind)
    return due


def _run(row: Record) -> Run:
    return Run(*(row[name] for name in Run.__slots__))
