"""A therapist's standing with the charity, and who may change it."""

from typing import Literal, get_args

from services.matching.domain.transitions import Moves, table

Standing = Literal["approved", "active", "paused", "lapsed", "suspended", "removed", "left"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)

STANDING_MOVES: Moves[Standing] = table(
    "therapist",
    (
        ("approved", "active", "registrar"),
        ("active", "paused", "registrar coordinator therapist"),
        ("paused", "active", "registrar coordinator"),
        ("active", "lapsed", "system registrar"),
        ("paused", "lapsed", "system registrar"),
        ("lapsed", "active", "registrar"),
        ("active", "suspended", "registrar"),
        ("paused", "suspended", "registrar"),
        ("suspended", "active", "registrar"),
        ("suspended", "removed", "registrar"),
        *((standing, "left", "registrar") for standing in ("approved", "active", "paused", "lapsed", "suspended")),
    ),
)
