"""Offers, the links under which therapists find them, and what staff note about them."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from services.matching.domain.cases import Offer
from services.matching.domain.matches import OPEN_OFFER, OfferState
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, OfferId

_COLUMNS = (
    "offer_id", "match_id", "therapist_id", "session_fee", "state", "sent_at", "reply_by", "answered_at", "reason",
)  # fmt: skip


async def add_offer(db: Connection, offer: Offer) -> None:
    """Keep a new offer; a match has one for each therapist who is asked."""
    await db.execute(
        """
        INSERT INTO offer (offer_id, match_id, therapist_id, session_fee, state, sent_at, reply_by, answered_at, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        *(getattr(offer, column) for column in _COLUMNS),
    )


async def add_link(db: Connection, offer_id: OfferId, token: str, now: datetime) -> None:
    """Let an offer be found by a token, of which only the hash is kept."""
    await db.execute(
        "INSERT INTO offer_link (token_hash, offer_id, made_at) VALUES ($1, $2, $3)", _hash(token), offer_id, now
    )


async def offer_by_token(db: Connection, token: str) -> Offer | None:
    """The offer that a link leads to."""
    row = await db.fetchrow(
        "SELECT offer.* FROM offer JOIN offer_link USING (offer_id) WHERE token_hash = $1", _hash(token)
    )
    return _offer(row) if row else None


async def offer_by_id(db: Connection, offer_id: OfferId) -> Offer | None:
    """An offer, in whatever state."""
    row = await db.fetchrow("SELECT * FROM offer WHERE offer_id = $1", offer_id)
    return _offer(row) if row else None


async def offer_of_match(db: Connection, match_id: MatchId) -> Offer | None:
    """The offer to the therapist of a match, once it was sent."""
    row = await db.fetchrow(
        "SELECT offer.* FROM offer JOIN match USING (match_id, therapist_id) WHERE match_id = $1", match_id
    )
    return _offer(row) if row else None


async def offers_of_match(db: Connection, match_id: MatchId) -> list[Offer]:
    """Every offer of a match, in the order in which they were sent."""
    rows = await db.fetch("SELECT * FROM offer WHERE match_id = $1 ORDER BY sent_at, offer_id", match_id)
    return [_offer(row) for row in rows]


async def open_offers_beside(db: Connection, offer: Offer) -> list[Offer]:
    """The other offers of the same match that may still become something."""
    others = await offers_of_match(db, offer.match_id)
    return [other for other in others if other.offer_id != offer.offer_id and other.state in OPEN_OFFER]


async def set_offer_state(
    db: Connection, offer_id: OfferId, state: OfferState, now: datetime, *, reason: str | None = None
) -> None:
    """Move an offer; the caller has asked the table of moves."""
    await db.execute(
        """
        UPDATE offer
           SET state = $2, reason = $4,
               answered_at = CASE WHEN $2 IN ('sent', 'acknowledged') THEN NULL ELSE $3::timestamptz END
         WHERE offer_id = $1
        """,
        offer_id,
        state,
        now,
        reason,
    )


async def set_reply_by(db: Connection, offer_id: OfferId, reply_by: datetime) -> None:
    """Give a therapist until then to answer."""
    await db.execute("UPDATE offer SET reply_by = $2 WHERE offer_id = $1", offer_id, reply_by)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _offer(row: Record) -> Offer:
    values: dict[str, Any] = {column: row[column] for column in _COLUMNS}
    return Offer(**values)
