"""Offers and the links under which therapists find them."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from services.matching.domain.cases import Offer
from services.matching.domain.matches import OfferState
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, OfferId

_COLUMNS = ("offer_id", "match_id", "state", "sent_at", "reply_by", "answered_at", "reason")


async def add_offer(db: Connection, offer: Offer) -> None:
    """Keep a new offer; a match has one."""
    await db.execute(
        """
        INSERT INTO offer (offer_id, match_id, state, sent_at, reply_by, answered_at, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
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
    """The offer of a match, once it was sent."""
    row = await db.fetchrow("SELECT * FROM offer WHERE match_id = $1", match_id)
    return _offer(row) if row else None


async def set_offer_state(
    db: Connection, offer_id: OfferId, state: OfferState, now: datetime, *, reason: str | None = None
) -> None:
    """Move an offer; the caller has asked the table of moves."""
    await db.execute(
        """
        UPDATE offer
           SET state = $2, reason = $4, answered_at = CASE WHEN $2 = 'acknowledged' THEN NULL ELSE $3::timestamptz END
         WHERE offer_id = $1
        """,
        offer_id,
        state,
        now,
        reason,
    )


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _offer(row: Record) -> Offer:
    values: dict[str, Any] = {column: row[column] for column in _COLUMNS}
    return Offer(**values)
