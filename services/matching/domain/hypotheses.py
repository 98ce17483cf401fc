"""What if: a register that is a little different, and how everyone who waits would fare with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.matching.domain.pairing import Candidate
from services.matching.domain.scoring import Weights
from shared.kernel.ids import ReferralId, TherapistId

NEW_THERAPIST = TherapistId(UUID(int=0))
"""The id of somebody who is only supposed; no real id has this value."""
Placed = Mapping[ReferralId, TherapistId | None]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What is supposed: a wider radius and more places for one therapist or for all, one more therapist, weights."""

    therapist_id: TherapistId | None = None
    wider_km: int = 0
    more_places: int = 0
    newcomer: Candidate | None = None
    weights: Weights | None = None

    @property
    def supposes_nothing(self) -> bool:
        """Whether everything is as it is."""
        return not (self.wider_km or self.more_places or self.newcomer or self.weights)


def register_with(hypothesis: Hypothesis, register: Iterable[Candidate]) -> list[Candidate]:
    """The register as it would be; nobody in it is changed."""
    supposed = [
        replace(
            one,
            radius_km=one.radius_km + hypothesis.wider_km,
            capacity_available=one.capacity_available + hypothesis.more_places,
            capacity_maximum=one.capacity_maximum + hypothesis.more_places,
        )
        if hypothesis.therapist_id in (None, one.therapist_id)
        else one
        for one in register
    ]
    return [*supposed, hypothesis.newcomer] if hypothesis.newcomer else supposed


@dataclass(frozen=True, slots=True)
class Fared:
    """How one client fares before and after: the therapist and the score of each, None where they wait."""

    referral_id: ReferralId
    before: TherapistId | None
    after: TherapistId | None
    score_before: int | None
    score_after: int | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Everyone for whom something would change; `worse_off` are those who would wait, or have a lower score.

    Scores are by the weights in force on both sides, so that other weights cannot call a worse therapist a better one.
    """

    newly_placed: tuple[Fared, ...]
    moved: tuple[Fared, ...]
    worse_off: tuple[Fared, ...]
    waiting: int
    placed_before: int
    placed_after: int


def compared(fared: Sequence[Fared]) -> Compared:
    """What would change, in the order in which the clients wait."""
    return Compared(
        newly_placed=tuple(one for one in fared if one.before is None and one.after is not None),
        moved=tuple(one for one in fared if one.before and one.after and one.before != one.after),
        worse_off=tuple(one for one in fared if _is_worse_off(one)),
        waiting=len(fared),
        placed_before=sum(one.before is not None for one in fared),
        placed_after=sum(one.after is not None for one in fared),
    )


def _is_worse_off(one: Fared) -> bool:
    if one.before is None:
        return False
    return one.after is None or (one.score_after or 0) < (one.score_before or 0)
