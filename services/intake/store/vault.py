"""The vault: who a client is, how to reach them and what they wrote, encrypted under a key of the referral's own."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter

from services.intake.domain.answers import Contact, Need, Referrer, Submission
from shared.db import Connection
from shared.kernel.ids import ReferralId
from shared.privacy import Keyring, SubjectKey

_NEED = TypeAdapter(Need)
_CONTACT = TypeAdapter(Contact)
_REFERRER = TypeAdapter(Referrer)
_REASONS = TypeAdapter(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Kept:
    """What the vault holds about one referral, opened."""

    need: Need
    contact: Contact
    words: str
    referrer: Referrer | None
    reasons: tuple[str, ...]


async def add_subject(db: Connection, keys: Keyring, referral_id: ReferralId) -> SubjectKey:
    """Make and keep the referral's key."""
    wrapped = keys.new_subject_key(str(referral_id))
    await db.execute("INSERT INTO subject_key (referral_id, wrapped) VALUES ($1, $2)", referral_id, wrapped)
    return keys.subject_key(str(referral_id), wrapped)


async def subject_of(db: Connection, keys: Keyring, referral_id: UUID) -> SubjectKey:
    """The referral's key; raises Erased where it was destroyed."""
    wrapped = await db.fetchval("SELECT wrapped FROM subject_key WHERE referral_id = $1", referral_id)
    return keys.subject_key(str(referral_id), wrapped)


async def keep(
    db: Connection, key: SubjectKey, referral_id: ReferralId, asked: Submission, reasons: tuple[str, ...]
) -> None:
    """Put a new referral's answers away, with why a person must look at it."""
    await db.execute(
        """
        INSERT INTO vault (referral_id, need, contact, words, referrer, reasons)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        referral_id,
        key.encrypt("vault.need", _NEED.dump_json(asked.need)),
        key.encrypt("vault.contact", _CONTACT.dump_json(asked.contact)),
        key.encrypt_text("vault.words", asked.words) if asked.words else None,
        key.encrypt("vault.referrer", _REFERRER.dump_json(asked.referrer)) if asked.referrer else None,
        key.encrypt("vault.reasons", _REASONS.dump_json(reasons)),
    )


async def kept_of(db: Connection, keys: Keyring, referral_id: UUID) -> Kept:
    """Everything the vault holds about a referral; raises Erased where its key was destroyed."""
    key = await subject_of(db, keys, referral_id)
    row = await db.fetchrow(
        "SELECT need, contact, words, referrer, reasons FROM vault WHERE referral_id = $1", referral_id
    )
    return Kept(
        need=_NEED.validate_json(key.decrypt("vault.need", row["need"])),
        contact=_CONTACT.validate_json(key.decrypt("vault.contact", row["contact"])),
        words=key.decrypt_text("vault.words", row["words"]) if row["words"] else "",
        referrer=(_REFERRER.validate_json(key.decrypt("vault.referrer", row["referrer"])) if row["referrer"] else None),
        reasons=_REASONS.validate_json(key.decrypt("vault.reasons", row["reasons"])),
    )


async def replace_need(db: Connection, keys: Keyring, referral_id: UUID, need: Need) -> None:
    """Keep what a member of staff found out about the need, in place of what was there."""
    key = await subject_of(db, keys, referral_id)
    await db.execute(
        "UPDATE vault SET need = $2 WHERE referral_id = $1",
        referral_id,
        key.encrypt("vault.need", _NEED.dump_json(need)),
    )
