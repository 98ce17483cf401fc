"""The wrapped key of whatever is kept about somebody or something: made at the first use, gone when it is erased."""

from shared.db import Connection
from shared.kernel.ids import FunderId, FundId, ReferralId, TherapistId
from shared.privacy import Keyring, SubjectKey


async def key_for(
    db: Connection, keys: Keyring, subject_id: ReferralId | TherapistId | FunderId | FundId
) -> SubjectKey:
    """The key of a referral, a therapist, a funder or a fund, made where there is none yet."""
    subject = str(subject_id)
    await db.execute(
        "INSERT INTO subject_key (subject, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        subject,
        keys.new_subject_key(subject),
    )
    return keys.subject_key(subject, await db.fetchval("SELECT wrapped FROM subject_key WHERE subject = $1", subject))


async def forget_key(db: Connection, referral_id: ReferralId) -> None:
    """Destroy the key of a referral, unless answers or outcomes of its therapy are still kept under it."""
    await db.execute(
        """
        DELETE FROM subject_key
         WHERE subject = $1::uuid::text
           AND NOT EXISTS (SELECT 1 FROM therapy_course WHERE referral_id = $1)
           AND NOT EXISTS (SELECT 1 FROM outcome WHERE referral_id = $1)
        """,
        referral_id,
    )
