"""Who was asked what they live on, the links to it, the answers under the referral's own key, and what came of them."""

import json
from datetime import date, datetime
from hashlib import sha256

from services.funding.domain.means import OPEN, MeansTest, Result
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.ids import MeansTestId, ReferralId
from shared.kernel.money import Pence
from shared.privacy import Keyring

ANSWERS = "means_test.answers"
REASON = "means_test.reason"


async def add_means_test(db: Connection, test: MeansTest, now: datetime) -> bool:
    """Note that somebody is asked; False where they are being asked already."""
    added = await db.fetchval(
        """
        INSERT INTO means_test (means_test_id, referral_id, state, asked_at, written, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true
        """,
        test.means_test_id,
        test.referral_id,
        test.state,
        test.asked_at,
        test.written,
        now,
    )
    return added is not None


async def save_means_test(db: Connection, keys: Keyring, test: MeansTest, now: datetime) -> None:
    """Keep how far it has got and what came of it, answers and all."""
    key = await key_for(db, keys, test.referral_id) if test.answers is not None or test.reason else None
    result = test.result
    await db.execute(
        """
        UPDATE means_test
           SET state = $2, written = $3, reminded = $4, answers = $5, answered_by = $6, completed_at = $7,
               evidence = $8, evidence_by = $9, reason = $10, valid_until = $11, policy_from = $12, verdict = $13,
               band = $14, per_session = $15, too_hard = $16, decided_per_session = $17, decided_by = $18,
               changed_at = $19
         WHERE means_test_id = $1
        """,
        test.means_test_id,
        test.state,
        test.written,
        test.reminded,
        key.encrypt_text(ANSWERS, json.dumps(test.answers)) if key and test.answers is not None else None,
        test.answered_by,
        test.completed_at,
        test.evidence,
        test.evidence_by,
        key.encrypt_text(REASON, test.reason) if key and test.reason else None,
        result.valid_until if result else None,
        result.policy_from if result else None,
        result.verdict if result else None,
        result.band if result else None,
        result.per_session if result else None,
        result.too_hard if result else False,
        result.decided if result else None,
        result.decided_by if result else "",
        now,
    )


async def means_test_by_id(
    db: Connection, keys: Keyring, means_test_id: MeansTestId, *, locked: bool = False
) -> MeansTest | None:
    """One test; `locked` keeps others from changing it until the transaction ends."""
    if locked:
        await db.execute("SELECT FROM means_test WHERE means_test_id = $1 FOR UPDATE", means_test_id)
    row = await db.fetchrow(
        """
        SELECT means_test.*, wrapped FROM means_test LEFT JOIN subject_key ON subject = referral_id::text
         WHERE means_test_id = $1
        """,
        means_test_id,
    )
    return _means_test(row, keys) if row else None


async def means_test_by_token(db: Connection, keys: Keyring, token: str) -> MeansTest | None:
    """The test that a link leads to."""
    found = await db.fetchval("SELECT means_test_id FROM means_link WHERE token_hash = $1", _hash(token))
    return await means_test_by_id(db, keys, found) if found else None


async def means_tests_of(db: Connection, keys: Keyring, referral_id: ReferralId) -> list[MeansTest]:
    """Every test of a referral, the latest first."""
    rows = await db.fetch(
        """
        SELECT means_test.*, wrapped FROM means_test LEFT JOIN subject_key ON subject = referral_id::text
         WHERE referral_id = $1 ORDER BY asked_at DESC, means_test_id DESC
        """,
        referral_id,
    )
    return [_means_test(row, keys) for row in rows]


async def result_in_force(db: Connection, keys: Keyring, referral_id: ReferralId, day: date) -> Result | None:
    """What the latest complete test of a referral says, while it is in date."""
    found = await db.fetchval(
        """
        SELECT means_test_id FROM means_test
         WHERE referral_id = $1 AND state = 'done' AND valid_until >= $2
         ORDER BY completed_at DESC, means_test_id DESC LIMIT 1
        """,
        referral_id,
        day,
    )
    test = await means_test_by_id(db, keys, found) if found else None
    return test.result if test else None


async def was_asked(db: Connection, referral_id: ReferralId, since: datetime) -> bool:
    """Whether a referral has been asked since then, whatever came of it."""
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM means_test
                        WHERE referral_id = $1 AND (state = ANY($2::text[]) OR asked_at >= $3))
        """,
        referral_id,
        sorted(OPEN),
        since,
    )
    return found


async def forget_means(db: Connection, referral_id: ReferralId, now: datetime) -> list[MeansTestId]:
    """Wipe what was said and close every test of a referral, for good; gives those that were still being asked."""
    rows = await db.fetch(
        """
        UPDATE means_test AS test
           SET state = 'closed', answers = NULL, reason = NULL, changed_at = $2
          FROM (SELECT means_test_id, state FROM means_test WHERE referral_id = $1 FOR UPDATE) AS before
         WHERE test.means_test_id = before.means_test_id
        RETURNING test.means_test_id, before.state AS was
        """,
        referral_id,
        now,
    )
    return [row["means_test_id"] for row in rows if row["was"] in OPEN]


async def add_means_link(db: Connection, means_test_id: MeansTestId, token: str, now: datetime) -> None:
    """Let a link lead to a test; only its hash is kept."""
    await db.execute(
        "INSERT INTO means_link (token_hash, means_test_id, made_at) VALUES ($1, $2, $3)",
        _hash(token),
        means_test_id,
        now,
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _means_test(row: Record, keys: Keyring) -> MeansTest:
    key = keys.subject_key(str(row["referral_id"]), row["wrapped"]) if row["wrapped"] is not None else None
    answers = json.loads(key.decrypt_text(ANSWERS, row["answers"])) if key and row["answers"] is not None else None
    return MeansTest(
        means_test_id=row["means_test_id"],
        referral_id=row["referral_id"],
        state=row["state"],
        asked_at=row["asked_at"],
        written=row["written"],
        reminded=row["reminded"],
        answers=answers,
        answered_by=row["answered_by"],
        completed_at=row["completed_at"],
        result=_result(row, answers or {}) if row["verdict"] is not None else None,
        evidence=row["evidence"],
        evidence_by=row["evidence_by"],
        reason=key.decrypt_text(REASON, row["reason"]) if key and row["reason"] is not None else "",
    )


def _result(row: Record, answers: dict[str, str]) -> Result:
    said = answers.get("manageable")
    return Result(
        policy_from=row["policy_from"],
        verdict=row["verdict"],
        band=row["band"],
        per_session=row["per_session"],
        valid_until=row["valid_until"],
        decided=row["decided_per_session"],
        decided_by=row["decided_by"],
        too_hard=row["too_hard"],
        manageable=None if said is None else Pence(int(said)),
    )
