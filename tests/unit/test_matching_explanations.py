"""Decisions of other kinds than "the best one now": by a run, by staff, or written down long ago."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.matching.domain.choice import Chosen, NoneFits, choose
from services.matching.domain.explanation import (
    FORM,
    ByStaff,
    Decided,
    Explanation,
    Together,
    decide,
    read_again,
    written,
)
from services.matching.domain.scoring import Weights
from shared.kernel.ids import TherapistId
from tests.unit.matching_examples import WEIGHTS, a_candidate, a_need

FORM_1 = Path(__file__).parent / "explanations" / "form_1.json"
SECOND_BEST = a_candidate(2, session_fee=9000)
NOT_ALLOWED = a_candidate(3, standing="paused")


def explained(decided: Decided | None, weights: Weights = WEIGHTS) -> Explanation:
    best = choose(a_need(), [a_candidate(1), SECOND_BEST, NOT_ALLOWED], weights, seed="s")
    return Explanation(a_need(), weights, "s", decide(best, decided), decided)


def through_storage(explanation: Explanation) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(json.dumps(written(explanation)))
    return stored


def by_run(therapist: TherapistId | None, **changes: Any) -> Together:
    plain: dict[str, Any] = {
        "run": "5e1f",
        "therapist_id": therapist,
        "reason": None if therapist else "no-free-place",
        "went_to": ((TherapistId(a_candidate(1).therapist_id), "4f2a9c1d"),),
        "placed": 7,
        "total": 512_000,
    }
    return Together(**{**plain, **changes})


def test_an_explanation_of_the_first_form_is_still_read_and_gives_the_same_answer() -> None:
    stored = json.loads(FORM_1.read_text())

    assert (stored["form"], FORM) == (1, 2)
    assert read_again(stored).replay == "same"
    stored["considered"][0]["parts"][0]["value"] += 1
    assert read_again(stored).replay == "differs"


def test_points_of_the_first_weights_have_not_changed_since() -> None:
    first = json.loads(FORM_1.read_text())["considered"][0]["parts"]

    assert [(part["name"], part["value"]) for part in first] == [
        ("distance", 525), ("fee", 750), ("free-places", 666), ("specialism", 875),
    ]  # fmt: skip


def test_what_runs_once_left_empty_is_passed_over() -> None:
    stored = through_storage(explained(by_run(SECOND_BEST.therapist_id)))
    stored["decided"]["gained"] = None

    assert read_again(stored).replay == "same"
    assert read_again(stored).explanation.decided == by_run(SECOND_BEST.therapist_id)


@pytest.mark.parametrize(
    "decided", [ByStaff(SECOND_BEST.therapist_id, "They asked for her."), by_run(SECOND_BEST.therapist_id)]
)
def test_a_run_or_staff_may_take_another_than_the_best_and_it_replays(decided: Decided) -> None:
    explanation = explained(decided)

    assert isinstance(explanation.choice, Chosen)
    assert explanation.choice.best.candidate == SECOND_BEST
    assert explanation.made_again() == explanation.choice
    stored = read_again(through_storage(explanation))
    assert stored.replay == "same"
    assert stored.explanation == explanation


def test_a_run_may_let_a_client_wait_whose_only_therapists_went_to_others() -> None:
    explanation = explained(by_run(None))

    assert isinstance(explanation.choice, NoneFits)
    assert explanation.choice.reason == "no-free-place"
    stored = read_again(through_storage(explanation))
    assert (stored.replay, stored.explanation) == ("same", explanation)


def test_whom_a_rule_excludes_neither_run_nor_staff_can_have_chosen() -> None:
    explanation = explained(ByStaff(SECOND_BEST.therapist_id))
    stored = through_storage(replace(explanation, decided=ByStaff(NOT_ALLOWED.therapist_id)))

    stored["outcome"] = f"chosen:{NOT_ALLOWED.therapist_id}"

    assert read_again(stored).replay == "differs"
