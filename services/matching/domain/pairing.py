"""The two sides of a match, as far as the rules look at them: what a client needs, and what a therapist offers."""

from dataclasses import dataclass

from services.matching.domain.distance import Point, kilometres_between
from services.matching.domain.limits import Money
from services.matching.domain.standings import Standing
from services.matching.domain.vocabulary import AgeBand, ClientGroup, Gender, LegalStage, Means, Setting, WantedGender
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence


@dataclass(frozen=True, slots=True)
class Need:
    """What a client needs of a therapist; `point` is the middle of the outward code, if that is known.

    `interpreter` says that one will be there, `affordable_per_session` what the client can pay, and `money` what may be
    spent on them: None where they need none, or where nobody has told yet. The first language is the one they prefer.
    """

    client_group: ClientGroup
    age_band: AgeBand
    legal_stage: LegalStage = "none"
    outward_code: str | None = None
    point: Point | None = None
    setting: Setting = "either"
    therapist_gender: WantedGender = "no-preference"
    languages: tuple[str, ...] = ("en",)
    step_free_access: bool = False
    means: Means = "unsure"
    interpreter: bool = False
    affordable_per_session: Pence | None = None
    money: Money | None = None

    @property
    def in_person(self) -> bool:
        """Whether the client would meet a therapist in a room."""
        return self.setting in ("in-person", "either")

    @property
    def online(self) -> bool:
        """Whether the client would meet a therapist on a screen."""
        return self.setting in ("online", "either")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A therapist as they stood when a decision was made; the last five are about this client and this therapist.

    `permitted` holds the codes of rules from which staff exempted the pair. `results` is how finished therapies of this
    client group went beside those of all therapists: 500 is like all others, None that there are too few to say.
    """

    therapist_id: TherapistId
    standing: Standing
    client_groups: tuple[ClientGroup, ...]
    age_bands: tuple[AgeBand, ...]
    legal_stages: tuple[LegalStage, ...]
    child_clearance: bool
    point: Point
    radius_km: int
    online: bool
    gender: Gender
    languages: tuple[str, ...]
    step_free_access: bool
    session_fee: Pence
    capacity_maximum: int
    capacity_available: int
    fees_overdue: bool = False
    asked_before: bool = False
    vetoed: bool = False
    in_conflict: bool = False
    permitted: tuple[str, ...] = ()
    results: int | None = None


def distance_of(need: Need, candidate: Candidate) -> float | None:
    """Kilometres between the two; None where nobody knows where the client is."""
    return kilometres_between(need.point, candidate.point) if need.point else None


def can_meet_online(need: Need, candidate: Candidate) -> bool:
    """Whether both accept meeting on a screen."""
    return need.online and candidate.online


def can_meet_in_person(need: Need, candidate: Candidate) -> bool:
    """Whether the client wants a room, and it is within the travel radius and step-free where it must be."""
    distance = distance_of(need, candidate)
    near = need.in_person and distance is not None and distance <= candidate.radius_km
    return near and (candidate.step_free_access or not need.step_free_access)
