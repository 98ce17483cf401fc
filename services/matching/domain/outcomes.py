"""What a hard rule is, and what it can say about a client and a therapist."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from services.matching.domain.pairing import Candidate, Need


@dataclass(frozen=True, slots=True)
class Passes:
    """The rule holds."""


@dataclass(frozen=True, slots=True)
class Fails:
    """The rule does not hold; `change` is the smallest thing that would make it hold, empty where nothing would."""

    code: str
    sentence: str
    change: str


Outcome = Passes | Fails
PASSES = Passes()


@dataclass(frozen=True, slots=True)
class Rule:
    """A hard rule: a stable code, a heading for its column, what must or must not be so, and the function that looks.

    `exempt` says whether a coordinator may exempt one pair from it, with a reason that is kept.
    """

    code: str
    heading: str
    sentence: str
    look: Callable[[Need, Candidate], Outcome]
    kind: Literal["must", "must-not"] = "must"
    exempt: bool = False
