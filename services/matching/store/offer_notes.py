"""What staff did about an offer and why; the words are readable only with the referral's own key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection
from shared.kernel.ids import MatchId, OfferId, ReferralId
from shared.privacy import Keyring

COLUMN = "offer_note.words"
NoteKind = Literal[
    "acknowledged", "accepted", "declined", "given-up", "withdrawn", "extended", "confirmed", "overridden"
]


@dataclass(frozen=True, slots=True)
class OfferNote:
    """One thing that a member of staff did, and in their words why."""

    offer_id: OfferId
    kind: NoteKind
    noted_at: datetime
    noted_by: str
    words: str


async def add_offer_note(
    db: Connection, keys: Keyring, note: OfferNote, *, note_id: UUID, referral_id: ReferralId
) -> None:
    """Keep a note."""
    key = await key_for(db, keys, referral_id)
    await db.execute(
        "INSERT INTO offer_note (note_id, offer_id, kind, noted_at, noted_by, words) VALUES ($1, $2, $3, $4, $5, $6)",
        note_id,
        note.offer_id,
        note.kind,
        note.noted_at,
        note.noted_by,
        key.encrypt_text(COLUMN, note.words),
    )


async def notes_of_match(db: Connection, keys: Keyring, match_id: MatchId, referral_id: ReferralId) -> list[OfferNote]:
    """Everything noted about the offers of a match, the oldest first; nothing where the client was erased."""
    opened = await keys_of(db, keys, [referral_id])
    if referral_id not in opened:
        return []
    rows = await db.fetch(
        """
        SELECT offer_note.* FROM offer_note JOIN offer USING (offer_id) WHERE match_id = $1 ORDER BY noted_at, note_id
        """,
        match_id,
    )
    return [
        OfferNote(
            row["offer_id"],
            row["kind"],
            row["noted_at"],
            row["noted_by"],
            opened[referral_id].decrypt_text(COLUMN, row["words"]),
        )
        for row in rows
    ]
