"""A therapist's standing with the charity, and who may change it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from services.matching.domain.transitions import ActorKind, Moves, table

Standing = Literal["approved", "active", "paused", "lapsed", "suspended", "removed", "left"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
Cause = Literal["joined", "decided", "credentials", "pause-over"]
"""Why a standing moved; `decided` by a person, who gives a reason, and `credentials` by what ran out or was renewed."""


@dataclass(frozen=True, slots=True)
class StandingChange:
    """One line of a therapist's history."""

    before: Standing | None
    after: Standing
    cause: Cause
    actor_kind: ActorKind
    changed_at: datetime
    who: str = ""
    reason: str = ""


STANDING_MOVES: Moves[Standing] = table(
    "therapist",
    (
        ("approved", "active", "registrar"),
        ("active", "paused", "registrar coordinator therapist"),
        ("paused", "active", "registrar coordinator therapist system"),
        ("active", "lapsed", "system registrar"),
        ("paused", "lapsed", "system registrar"),
        ("lapsed", "active", "registrar system"),
        ("lapsed", "paused", "system"),
        ("active", "suspended", "registrar"),
        ("paused", "suspended", "registrar"),
        ("suspended", "active", "registrar"),
        ("suspended", "removed", "registrar"),
        *((standing, "left", "registrar") for standing in ("approved", "active", "paused", "lapsed", "suspended")),
    ),
)


def standing_after_lapse(lapse: StandingChange | None) -> Standing | None:
    """Where renewed credentials lead by themselves: back to before; None where a person decided on the lapse."""
    if lapse is None or lapse.after != "lapsed" or lapse.cause != "credentials":
        return None
    return "paused" if lapse.before == "paused" else "active"
