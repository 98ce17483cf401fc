"""A match run written down, so that it can be made again from the very numbers that it was made from."""

from typing import Any

from services.matching.domain.gathering import Gathered
from services.matching.domain.optimum import Pairs, Placing, Problem

FORM = 1


def written_run(gathered: Gathered, placing: Placing, *, seed: str) -> dict[str, Any]:
    """The problem and its answer as plain values for storing; people only by their ids."""
    problem, pairs = gathered.problem, gathered.problem.pairs
    used = sorted(set(pairs.therapist))
    place = {therapist: index for index, therapist in enumerate(used)}
    return {
        "form": FORM,
        "seed": seed,
        "clients": [str(case.referral_id) for case in gathered.cases],
        "therapists": [gathered.crowd.names[therapist] for therapist in used],
        "urgency": list(problem.urgency),
        "places": [problem.places[therapist] for therapist in used],
        "pairs": [pairs.client, [place[one] for one in pairs.therapist], pairs.score, pairs.use, pairs.lot],
        "apart": [list(two) for two in problem.apart],
        "permitted": sorted([one, other, place[at]] for one, other, at in problem.permitted if at in place),
        "chosen": list(placing.chosen),
        "reached": [[one.criterion, one.value, one.bound] for one in placing.reached],
    }


def problem_again(content: dict[str, Any]) -> Problem:
    """The problem of a run as it was."""
    apart = tuple((one, other) for one, other in content["apart"])
    permitted = frozenset((one, other, at) for one, other, at in content.get("permitted", ()))
    return Problem(content["urgency"], content["places"], Pairs(*content["pairs"]), apart, permitted)


def same_answer(content: dict[str, Any], placing: Placing) -> bool:
    """Whether an answer is as good in every criterion as the one that was kept, lots included, and the same."""
    reached = [[one.criterion, one.value] for one in placing.reached]
    return reached == [one[:2] for one in content["reached"]] and list(placing.chosen) == content["chosen"]
