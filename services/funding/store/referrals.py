"""What clients can pay and who they are to a fund, readable only with the referral's own key."""

import json
from collections.abc import Iterable

from services.funding.domain.funds import Person
from services.funding.domain.referrals import Profile, Referral, Standing
from services.funding.store.subject_keys import forget_key, key_for
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId
from shared.privacy import Keyring

COLUMN = "referral.profile"


async def save_referral(db: Connection, keys: Keyring, referral: Referral) -> None:
    """Keep a referral, or what a new triage made of it."""
    sealed = None
    if referral.profile is not None:
        key = await key_for(db, keys, referral.referral_id)
        sealed = key.encrypt_text(COLUMN, json.dumps(_as_json(referral.profile)))
    await db.execute(
        """
        INSERT INTO referral (referral_id, standing, priority, received_at, subsidy_agreed, profile,
                              evaluation_agreed, statistics_agreed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (referral_id) DO UPDATE
           SET standing = excluded.standing, priority = excluded.priority, received_at = excluded.received_at,
               subsidy_agreed = excluded.subsidy_agreed, profile = excluded.profile,
               evaluation_agreed = excluded.evaluation_agreed, statistics_agreed = excluded.statistics_agreed
        """,
        referral.referral_id,
        referral.standing,
        referral.priority,
        referral.received_at,
        referral.subsidy_agreed,
        sealed,
        referral.evaluation_agreed,
        referral.statistics_agreed,
    )
    if sealed is None:
        await forget_key(db, referral.referral_id)


async def referral_of(db: Connection, keys: Keyring, referral_id: ReferralId) -> Referral | None:
    """The referral, if we have heard of it; without its profile where that is closed or erased."""
    row = await db.fetchrow(
        """
        SELECT referral.*, wrapped
          FROM referral LEFT JOIN subject_key ON subject = referral_id::text
         WHERE referral_id = $1
        """,
        referral_id,
    )
    return _referral(row, keys) if row else None


async def referrals_of(db: Connection, keys: Keyring, referral_ids: Iterable[ReferralId]) -> list[Referral]:
    """Those of these referrals of which we have heard, in one look."""
    rows = await db.fetch(
        """
        SELECT referral.*, wrapped
          FROM referral LEFT JOIN subject_key ON subject = referral_id::text
         WHERE referral_id = ANY($1::uuid[])
        """,
        list(referral_ids),
    )
    return [_referral(row, keys) for row in rows]


async def set_subsidy_agreed(db: Connection, referral_id: ReferralId, *, agreed: bool) -> bool:
    """Note whether the client agrees that a fund is asked; False where we have not heard of the referral."""
    found = await db.fetchval(
        "UPDATE referral SET subsidy_agreed = $2 WHERE referral_id = $1 RETURNING true", referral_id, agreed
    )
    return found is not None


async def set_evaluation_agreed(db: Connection, referral_id: ReferralId, *, agreed: bool) -> None:
    """Note whether the client agrees to be asked how it went."""
    await db.execute("UPDATE referral SET evaluation_agreed = $2 WHERE referral_id = $1", referral_id, agreed)


async def set_statistics_agreed(db: Connection, referral_id: ReferralId, *, agreed: bool) -> None:
    """Note whether the client agrees to be counted."""
    await db.execute("UPDATE referral SET statistics_agreed = $2 WHERE referral_id = $1", referral_id, agreed)


def _as_json(profile: Profile) -> dict[str, object]:
    person = profile.person
    return {
        "person": [person.client_group, person.age_band, person.region],
        "means": profile.means,
        "affordable": profile.affordable_per_session,
        "source": profile.source,
        "legal_stage": profile.legal_stage,
    }


def _referral(row: Record, keys: Keyring) -> Referral:
    profile = None
    if row["profile"] is not None and row["wrapped"] is not None:
        opened = keys.subject_key(str(row["referral_id"]), row["wrapped"]).decrypt_text(COLUMN, row["profile"])
        kept = json.loads(opened)
        profile = Profile(
            Person(*kept["person"]), kept["means"], kept["affordable"], kept.get("source"), kept.get("legal_stage")
        )
    standing: Standing = row["standing"]
    return Referral(
        row["referral_id"],
        standing,
        row["priority"],
        row["received_at"],
        row["subsidy_agreed"],
        profile,
        row["evaluation_agreed"],
        row["statistics_agreed"],
    )
