"""The states of a match and of its offer, who may move them, and in which of them a therapist's place is taken."""

from typing import Literal, get_args

from services.matching.domain.transitions import Moves, table

MatchState = Literal[
    "proposed", "waiting-for-funds", "offered", "accepted", "in-therapy",
    "declined", "expired", "withdrawn", "completed", "ended-early",
]  # fmt: skip
OfferState = Literal["sent", "acknowledged", "declining", "accepted", "declined", "expired", "withdrawn"]

MATCH_STATES: tuple[MatchState, ...] = get_args(MatchState)
OFFER_STATES: tuple[OfferState, ...] = get_args(OfferState)
LIVE: frozenset[MatchState] = frozenset({"proposed", "waiting-for-funds", "offered", "accepted", "in-therapy"})
"""A referral has at most one match in these states."""
HOLDS_A_PLACE: frozenset[MatchState] = LIVE - {"waiting-for-funds"}
BEFORE_THERAPY: frozenset[MatchState] = LIVE - {"in-therapy"}
ASKED: frozenset[MatchState] = BEFORE_THERAPY - {"accepted"}
"""Nobody has said yes to anything yet."""
UNANSWERED: frozenset[OfferState] = frozenset({"sent", "acknowledged"})
OPEN_OFFER: frozenset[OfferState] = UNANSWERED | {"declining"}
"""The therapist's place is kept; `declining` is a no that staff may still talk about."""

MATCH_MOVES: Moves[MatchState] = table(
    "match",
    (
        ("proposed", "waiting-for-funds", "system"),
        ("proposed", "offered", "system"),
        ("waiting-for-funds", "offered", "system"),
        ("offered", "accepted", "therapist coordinator"),
        ("offered", "declined", "therapist coordinator system"),
        ("offered", "expired", "system"),
        ("accepted", "in-therapy", "therapist coordinator"),
        ("accepted", "declined", "therapist coordinator"),
        ("in-therapy", "completed", "therapist coordinator system"),
        ("in-therapy", "ended-early", "therapist coordinator system"),
        ("in-therapy", "withdrawn", "coordinator"),
        *(
            (state, "withdrawn", "system coordinator")
            for state in ("proposed", "waiting-for-funds", "offered", "accepted")
        ),
    ),
)
OFFER_MOVES: Moves[OfferState] = table(
    "offer",
    (
        ("sent", "acknowledged", "therapist coordinator"),
        *((state, "accepted", "therapist coordinator") for state in ("sent", "acknowledged")),
        *((state, "declined", "therapist coordinator") for state in ("sent", "acknowledged", "accepted")),
        *((state, "declining", "therapist") for state in ("sent", "acknowledged")),
        ("declining", "declined", "coordinator system"),
        ("declining", "sent", "coordinator"),
        *((state, "expired", "system") for state in ("sent", "acknowledged")),
        *((state, "withdrawn", "system coordinator") for state in ("sent", "acknowledged", "declining")),
    ),
)
