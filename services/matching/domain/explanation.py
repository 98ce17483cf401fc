"""A decision written down in full, so that it can be shown, and made again, years later."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, assert_never
from uuid import UUID

from services.matching.domain.choice import Choice, Chosen, NoneFits, choose
from services.matching.domain.distance import Point
from services.matching.domain.limits import Limit, Money
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.rules import Fails
from services.matching.domain.scoring import Part, Weights
from services.matching.domain.vocabulary import WaitReason
from shared.kernel.ids import TherapistId

FORM = 2
"""Form 1 knew neither money nor runs; it is read as a form 2 that says nothing of them."""


@dataclass(frozen=True, slots=True)
class Together:
    """What a match run decided for one client among all: the therapist, or None and for what the client waits.

    `went_to` are the better-scored therapists who went to somebody else, each with the short id of that client; the run
    placed `placed` clients with `total` points in all.
    """

    run: str
    therapist_id: TherapistId | None
    reason: WaitReason | None
    went_to: tuple[tuple[TherapistId, str], ...]
    placed: int
    total: int


@dataclass(frozen=True, slots=True)
class ByStaff:
    """A coordinator chose this therapist among those whom the rules allow, and why."""

    therapist_id: TherapistId
    reason: str = ""


Decided = Together | ByStaff


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was decided, from what, by which weights; without `decided`, the best candidate was taken."""

    need: Need
    weights: Weights
    seed: str
    choice: Choice
    decided: Decided | None = None

    def made_again(self) -> Choice:
        """The decision, made again from what went in."""
        candidates = [one.candidate for one in self.choice.considered]
        return decide(choose(self.need, candidates, self.weights, seed=self.seed), self.decided)


@dataclass(frozen=True, slots=True)
class Stored:
    """A past decision; `replay` says whether making it again gives the very same answer, part by part."""

    explanation: Explanation
    replay: Literal["same", "differs"]


def decide(best: Choice, decided: Decided | None) -> Choice:
    """The choice for one client as a run or a coordinator made it; the best one where the rules exclude theirs.

    A stored decision that the rules would not allow therefore never looks like the same when it is made again.
    """
    match decided:
        case None:
            return best
        case Together(reason=reason) if reason is not None:
            return NoneFits(reason, best.considered)
        case ByStaff() | Together():
            allowed = (one for one in best.considered if not one.failures)
            taken = (one for one in allowed if one.candidate.therapist_id == decided.therapist_id)
            return next((Chosen(one, best.considered) for one in taken), best)
        case never:
            assert_never(never)


def written(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain values for storing."""
    choice = explanation.choice
    return {
        "form": FORM,
        "need": asdict(explanation.need),
        "weights": asdict(explanation.weights),
        "seed": explanation.seed,
        "outcome": _outcome(choice),
        "decided": _decided(explanation.decided),
        "considered": [
            {
                "candidate": {
                    **_flat(one.candidate),
                    "therapist_id": str(one.candidate.therapist_id),
                    "point": _flat(one.candidate.point),
                },
                "distance": one.distance,
                "failures": [_flat(failure) for failure in one.failures],
                "parts": [_flat(part) for part in one.parts],
                "draw": one.draw,
            }
            for one in choice.considered
        ],
    }


def read_again(stored: dict[str, Any]) -> Stored:
    """The stored explanation: the same decision made again now from the same inputs, and whether it is the same.

    Compared are the answer, who was looked at in which order, the rules that failed, and every part's points; the words
    may have become better since.
    """
    need = _need(stored["need"])
    candidates = [_candidate(one["candidate"]) for one in stored["considered"]]
    weights = Weights(**stored["weights"])
    decided = _decided_again(stored.get("decided"))
    choice = decide(choose(need, candidates, weights, seed=stored["seed"]), decided)
    explanation = Explanation(need, weights, stored["seed"], choice, decided)
    return Stored(explanation, "same" if _substance(written(explanation)) == _substance(stored) else "differs")


def _flat(one: Candidate | Point | Fails | Part) -> dict[str, Any]:
    """As `asdict`, without looking inside; that is four times as slow, and a run writes thousands."""
    return {name: getattr(one, name) for name in one.__slots__}


def _outcome(choice: Choice) -> str:
    return f"chosen:{choice.best.candidate.therapist_id}" if isinstance(choice, Chosen) else f"waits:{choice.reason}"


def _substance(content: dict[str, Any]) -> list[Any]:
    return [
        content["outcome"],
        *(
            (
                one["candidate"]["therapist_id"],
                one["distance"],
                [failure["code"] for failure in one["failures"]],
                [(part["name"], part["value"], part["weight"]) for part in one["parts"]],
                one["draw"],
            )
            for one in content["considered"]
        ),
    ]


def _decided(decided: Decided | None) -> dict[str, Any] | None:
    match decided:
        case None:
            return None
        case ByStaff(therapist_id, reason):
            return {"by": "staff", "therapist_id": str(therapist_id), "reason": reason}
        case Together():
            chosen = str(decided.therapist_id) if decided.therapist_id else None
            went_to = [(str(one), short) for one, short in decided.went_to]
            return {**asdict(decided), "by": "run", "therapist_id": chosen, "went_to": went_to}
        case never:
            assert_never(never)


def _decided_again(values: dict[str, Any] | None) -> Decided | None:
    if values is None:
        return None
    chosen = TherapistId(UUID(values["therapist_id"])) if values["therapist_id"] else None
    if values["by"] == "staff" and chosen:
        return ByStaff(chosen, values.get("reason", ""))
    went_to = tuple((TherapistId(UUID(one)), short) for one, short in values["went_to"])
    kept = {one.name: values[one.name] for one in fields(Together)}
    return Together(**kept | {"therapist_id": chosen, "went_to": went_to})


def _need(values: dict[str, Any]) -> Need:
    point, money = values["point"], values.get("money")
    need = Need(**_tuples(values) | {"point": Point(**point) if point else None, "money": None})
    if money is None:
        return need
    return replace(need, money=Money(money["version"], tuple(Limit(**limit) for limit in money["limits"])))


def _candidate(values: dict[str, Any]) -> Candidate:
    rebuilt = {"therapist_id": TherapistId(UUID(values["therapist_id"])), "point": Point(**values["point"])}
    return Candidate(**_tuples(values) | rebuilt)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
