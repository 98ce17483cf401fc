"""What somebody was asked, the links to it, the answers under the referral's own key, and what came of them."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

from services.funding.domain.evaluations import Evaluation, Outcome, Result
from services.funding.domain.questionnaires import Moment, Respondent
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.ids import AdministrationId, MatchId, ReferralId
from shared.privacy import Keyring

ANSWERS = "evaluation.answers"
RESULT = "outcome.result"


async def add_evaluation(db: Connection, evaluation: Evaluation, now: datetime) -> bool:
    """Note that somebody is to be asked; False where that was noted before."""
    added = await db.fetchval(
        """
        INSERT INTO evaluation (evaluation_id, match_id, referral_id, therapist_id, moment, respondent, parts, state,
                                due_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        evaluation.evaluation_id,
        evaluation.match_id,
        evaluation.referral_id,
        evaluation.therapist_id,
        evaluation.moment,
        evaluation.respondent,
        list(evaluation.parts),
        evaluation.state,
        evaluation.due_at,
        now,
    )
    return added is not None


async def save_evaluation(db: Connection, keys: Keyring, evaluation: Evaluation, now: datetime) -> None:
    """Keep how far it has got, answers and all."""
    sealed = None
    if evaluation.answers is not None:
        key = await key_for(db, keys, evaluation.referral_id)
        sealed = key.encrypt_text(ANSWERS, json.dumps(evaluation.answers))
    await db.execute(
        """
        UPDATE evaluation
           SET state = $2, reminded = $3, alerted = $4, answers = $5, answered_by = $6, changed_at = $7
         WHERE evaluation_id = $1
        """,
        evaluation.evaluation_id,
        evaluation.state,
        evaluation.reminded,
        evaluation.alerted,
        sealed,
        evaluation.answered_by,
        now,
    )


async def evaluation_by_id(
    db: Connection, keys: Keyring, evaluation_id: AdministrationId, *, locked: bool = False
) -> Evaluation | None:
    """One evaluation; `locked` keeps others from changing it until the transaction ends."""
    if locked:
        await db.execute("SELECT FROM evaluation WHERE evaluation_id = $1 FOR UPDATE", evaluation_id)
    row = await db.fetchrow(
        """
        SELECT evaluation.*, wrapped FROM evaluation LEFT JOIN subject_key ON subject = referral_id::text
         WHERE evaluation_id = $1
        """,
        evaluation_id,
    )
    return _evaluation(row, keys) if row else None


async def evaluation_by_token(db: Connection, keys: Keyring, token: str) -> Evaluation | None:
    """The evaluation that a link leads to."""
    found = await db.fetchval("SELECT evaluation_id FROM evaluation_link WHERE token_hash = $1", _hash(token))
    return await evaluation_by_id(db, keys, found) if found else None


async def evaluation_at(
    db: Connection, keys: Keyring, match_id: MatchId, moment: Moment, respondent: Respondent
) -> Evaluation | None:
    """What one person was asked at one moment of a therapy."""
    found = await db.fetchval(
        "SELECT evaluation_id FROM evaluation WHERE match_id = $1 AND moment = $2 AND respondent = $3",
        match_id,
        moment,
        respondent,
    )
    return await evaluation_by_id(db, keys, found) if found else None


async def close_open(
    db: Connection, *, referral_id: ReferralId | None = None, match_id: MatchId | None = None, now: datetime
) -> list[AdministrationId]:
    """Ask nobody any more about a referral or one match of it; links then lead to a page that says so."""
    rows = await db.fetch(
        """
        UPDATE evaluation SET state = 'closed', changed_at = $3
         WHERE (referral_id = $1 OR match_id = $2) AND state IN ('due', 'begun')
        RETURNING evaluation_id
        """,
        referral_id,
        match_id,
        now,
    )
    return [row["evaluation_id"] for row in rows]


async def forget_answers(db: Connection, referral_id: ReferralId) -> None:
    """Wipe what was answered about a referral, and what came of it."""
    await db.execute("UPDATE evaluation SET answers = NULL WHERE referral_id = $1", referral_id)
    await db.execute("DELETE FROM outcome WHERE referral_id = $1", referral_id)


async def add_link(db: Connection, evaluation_id: AdministrationId, token: str, now: datetime) -> None:
    """Let a link lead to an evaluation; only its hash is kept."""
    await db.execute(
        "INSERT INTO evaluation_link (token_hash, evaluation_id, made_at) VALUES ($1, $2, $3)",
        _hash(token),
        evaluation_id,
        now,
    )


async def save_outcome(db: Connection, keys: Keyring, outcome: Outcome) -> None:
    """Keep how a therapy went, under the referral's own key."""
    key = await key_for(db, keys, outcome.referral_id)
    await db.execute(
        """
        INSERT INTO outcome (match_id, referral_id, scored_on, result) VALUES ($1, $2, $3, $4)
        ON CONFLICT (match_id) DO UPDATE SET scored_on = excluded.scored_on, result = excluded.result
        """,
        outcome.match_id,
        outcome.referral_id,
        outcome.scored_on,
        key.encrypt_text(RESULT, json.dumps(asdict(outcome.result))),
    )


def result_in(keys: Keyring, row: Record) -> Result:
    """The result in a row with `referral_id`, `result` and `wrapped`."""
    opened = keys.subject_key(str(row["referral_id"]), row["wrapped"]).decrypt_text(RESULT, row["result"])
    return Result(**json.loads(opened))


async def evaluations_listed(db: Connection, states: Sequence[str], limit: int) -> list[Record]:
    """Who is to be asked what, the longest due first; ids, states and dates only."""
    return await db.fetch(
        """
        SELECT evaluation_id, referral_id, match_id, therapist_id, moment, respondent, state, due_at, reminded,
               changed_at, answered_by
          FROM evaluation WHERE state = ANY($1::text[]) ORDER BY due_at, evaluation_id LIMIT $2
        """,
        list(states),
        limit,
    )


async def evaluation_counts(db: Connection) -> dict[str, int]:
    """How many evaluations there are in each state."""
    rows = await db.fetch("SELECT state, count(*)::int AS number FROM evaluation GROUP BY state")
    return {row["state"]: row["number"] for row in rows}


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _evaluation(row: Record, keys: Keyring) -> Evaluation:
    answers = None
    if row["answers"] is not None and row["wrapped"] is not None:
        key = keys.subject_key(str(row["referral_id"]), row["wrapped"])
        answers = json.loads(key.decrypt_text(ANSWERS, row["answers"]))
    return Evaluation(
        evaluation_id=row["evaluation_id"],
        match_id=row["match_id"],
        referral_id=row["referral_id"],
        therapist_id=row["therapist_id"],
        moment=row["moment"],
        respondent=row["respondent"],
        parts=tuple((code, version) for code, version in row["parts"]),
        state=row["state"],
        due_at=row["due_at"],
        reminded=row["reminded"],
        alerted=row["alerted"],
        answers=answers,
        answered_by=row["answered_by"],
    )
