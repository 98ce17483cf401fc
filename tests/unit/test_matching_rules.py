"""Each hard rule alone: when it holds, when it does not, and the smallest change."""

from typing import Any

import pytest

from services.matching.domain.changes import changed
from services.matching.domain.distance import Point, kilometres_between
from services.matching.domain.rules import EXEMPTIBLE, RULES, Fails, Passes, failures_of, meeting
from tests.unit.matching_examples import ABERDEEN, EXETER, TORQUAY, a_candidate, a_need

LOOK = {rule.code: rule.look for rule in RULES}

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str | None]] = [
    ("standing", {}, {}, None),
    *(("standing", {}, {"standing": standing}, "The therapist becomes active.") for standing in
      ("approved", "paused", "lapsed", "suspended", "removed", "left")),
    ("fees-overdue", {}, {}, None),
    ("fees-overdue", {}, {"fees_overdue": True}, "The overdue fees are settled."),
    ("client-group", {}, {}, None),
    ("client-group", {"client_group": "survivor"}, {}, "Training for work with survivors."),
    ("age-band", {"age_band": "18-25"}, {}, None),
    ("age-band", {"age_band": "65-plus"}, {}, "The age band 65 or over is added."),
    ("child-clearance", {"age_band": "26-64"}, {"child_clearance": False}, None),
    ("child-clearance", {"age_band": "13-17"}, {"child_clearance": True}, None),
    ("child-clearance", {"age_band": "13-17"}, {}, "Clearance for work with children."),
    ("child-clearance", {"age_band": "under-13"}, {}, "Clearance for work with children."),
    ("legal-stage", {"legal_stage": "prison"}, {}, None),
    ("legal-stage", {"legal_stage": "prison"}, {"legal_stages": ("none",)}, "The stage “in prison” is added."),
    ("language", {"languages": ("cy", "en")}, {}, None),
    ("language", {"languages": ("cy",), "interpreter": True}, {}, None),
    ("language", {"languages": ("cy",)}, {}, "One of the languages cy, or an interpreter."),
    ("gender", {"therapist_gender": "woman"}, {}, None),
    ("gender", {"therapist_gender": "no-preference"}, {"gender": "man"}, None),
    ("gender", {"therapist_gender": "man"}, {}, "The client accepts any therapist."),
    ("reach", {}, {}, None),
    ("reach", {}, {"radius_km": 28}, "A travel radius of 29 km, 1 km more, or both accept online sessions."),
    ("reach", {"setting": "either"}, {"radius_km": 1},
     "A travel radius of 29 km, 28 km more, or the therapist offers online sessions."),
    ("reach", {"point": ABERDEEN, "setting": "either"}, {"online": True}, None),
    ("reach", {"point": ABERDEEN}, {"online": True}, "The client accepts online sessions."),
    ("reach", {"point": ABERDEEN, "setting": "either"}, {}, "The therapist offers online sessions."),
    ("reach", {"setting": "online"}, {}, "The therapist offers online sessions."),
    ("reach", {"setting": "online", "point": None}, {"online": True}, None),
    ("reach", {"point": None}, {}, "The client gives the first half of a postcode."),
    ("step-free", {"step_free_access": True}, {"step_free_access": True}, None),
    ("step-free", {"step_free_access": True, "setting": "either"}, {"online": True}, None),
    ("step-free", {"step_free_access": True}, {}, "A room with step-free access, or online sessions."),
    ("asked-before", {}, {}, None),
    ("asked-before", {}, {"asked_before": True, "permitted": ("asked-before",)}, None),
    ("asked-before", {}, {"asked_before": True, "permitted": ("no-conflict-of-interest",)},
     "A coordinator decides, with a reason, to ask once more."),
    ("client-veto", {}, {}, None),
    ("client-veto", {}, {"vetoed": True, "permitted": ("client-veto",)}, ""),
    ("no-conflict-of-interest", {}, {}, None),
    ("no-conflict-of-interest", {}, {"in_conflict": True, "permitted": ("no-conflict-of-interest",)}, None),
    ("no-conflict-of-interest", {}, {"in_conflict": True, "permitted": ("asked-before",)},
     "A coordinator decides, with a reason, that it may be."),
    ("free-place", {}, {"capacity_available": 1}, None),
    ("free-place", {}, {"capacity_available": 0}, "One more free place."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "need", "candidate", "change"), CASES)
def test_a_rule(code: str, need: dict[str, Any], candidate: dict[str, Any], change: str | None) -> None:
    outcome = LOOK[code](a_need(**need), a_candidate(**candidate))

    if change is None:
        assert outcome == Passes()
    else:
        assert isinstance(outcome, Fails)
        assert (outcome.code, outcome.change) == (code, change)
        assert outcome.sentence.endswith(".")
        made = changed(code, a_need(**need), a_candidate(**candidate))
        assert (made is None) == (change == "")
        if made is not None:
            assert LOOK[code](*made) == Passes()


def test_every_rule_has_its_own_code_and_is_tested_both_ways() -> None:
    codes = [rule.code for rule in RULES]

    assert len(set(codes)) == len(codes)
    assert set(codes) == {code for code, *_, change in CASES if change is None}
    assert set(codes) == {code for code, *_, change in CASES if change is not None}


def test_only_a_second_question_and_a_conflict_may_be_permitted_by_staff() -> None:
    assert {"asked-before", "no-conflict-of-interest"} == EXEMPTIBLE
    assert {rule.code for rule in RULES if rule.kind == "must-not"} == {"fees-overdue", "client-veto", *EXEMPTIBLE}


def test_a_conflict_says_nothing_of_the_other_case() -> None:
    (failure,) = failures_of(a_need(), a_candidate(in_conflict=True))

    for word in ("survivor", "harm", "family", "client", "partner", "referral"):
        assert word not in f"{failure.sentence} {failure.change}".lower()


def test_all_failing_rules_are_named_in_the_order_of_the_table() -> None:
    failures = failures_of(a_need(client_group="survivor"), a_candidate(capacity_available=0, standing="paused"))

    assert [failure.code for failure in failures] == ["standing", "client-group", "free-place"]


def test_a_room_is_preferred_where_it_is_possible() -> None:
    assert meeting(a_need(setting="either"), a_candidate(online=True)) == "in-person"
    assert meeting(a_need(setting="either", step_free_access=True), a_candidate(online=True)) == "online"
    assert meeting(a_need(setting="online"), a_candidate(online=True)) == "online"


@pytest.mark.parametrize(
    ("here", "there", "kilometres"),
    [
        (TORQUAY, TORQUAY, 0.0),
        (TORQUAY, EXETER, 28.5),
        (Point(0, 0), Point(90, 0), 10007.6),
        (Point(0, 0), Point(0, 180), 20015.1),
    ],
)
def test_distance_is_along_the_great_circle(here: Point, there: Point, kilometres: float) -> None:
    assert kilometres_between(here, there) == kilometres
    assert kilometres_between(there, here) == kilometres
