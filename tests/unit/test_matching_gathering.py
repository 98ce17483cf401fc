"""Everyone who waits, gathered with everyone who might take them: fast, and exactly what the rules and scores say."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, get_args
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.cases import Case
from services.matching.domain.choice import Chosen, NoneFits, choose
from services.matching.domain.columns import Columns
from services.matching.domain.crowd import Crowd
from services.matching.domain.distance import Point
from services.matching.domain.explanation import read_again, written
from services.matching.domain.gathering import Circumstances, Decision, Gathered, decisions, gather
from services.matching.domain.optimum import Pairs, Placing
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.rules import failures_of, may_be_matched
from services.matching.domain.scoring import METHODS, Weights, score_of
from services.matching.domain.vocabulary import AgeBand, ClientGroup, LegalStage, Priority
from services.matching.gateways import solving
from shared.kernel.ids import ReferralId, TherapistId
from tests.unit.matching_examples import EXETER, TORQUAY, WEIGHTS, a_candidate, a_need

solve = partial(solving.solve, seconds=600.0)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
EVERY_WEIGHT = Weights(9, *range(3, 3 + len(METHODS)))
points = st.sampled_from([TORQUAY, EXETER, Point(50.7, -3.9), Point(51.5, -0.1), Point(60.1, -1.2)])


def some(codes: Any, count: int = 9) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(get_args(codes)[:count]), min_size=1, unique=True).map(tuple)


needs = st.builds(
    Need,
    client_group=st.sampled_from(get_args(ClientGroup)[:2]),
    age_band=st.sampled_from(get_args(AgeBand)[1:3]),
    legal_stage=st.sampled_from(get_args(LegalStage)[:2]),
    point=st.none() | points,
    setting=st.sampled_from(["in-person", "online", "either"]),
    therapist_gender=st.sampled_from(["woman", "no-preference"]),
    languages=st.sampled_from([("en",), ("cy",), ("cy", "en")]),
    step_free_access=st.booleans(),
    means=st.sampled_from(["full-fee", "cannot-pay"]),
    interpreter=st.booleans(),
    affordable_per_session=st.none() | st.integers(0, 6000),
)
registers = st.lists(
    st.builds(
        Candidate,
        therapist_id=st.uuids().map(TherapistId),
        standing=st.sampled_from(["active", "active", "active", "paused"]),
        client_groups=some(ClientGroup, 2),
        age_bands=some(AgeBand, 3),
        legal_stages=some(LegalStage, 2),
        child_clearance=st.booleans(),
        point=points,
        radius_km=st.integers(1, 100) | st.just(500),
        online=st.booleans(),
        gender=st.sampled_from(["woman", "man"]),
        languages=st.sampled_from([("en",), ("cy", "en")]),
        step_free_access=st.booleans(),
        session_fee=st.integers(3000, 13_000),
        capacity_maximum=st.integers(3, 5),
        capacity_available=st.integers(0, 2),
        fees_overdue=st.sampled_from([False, False, True]),
        results=st.none() | st.integers(0, 1000),
    ),
    max_size=8,
    unique_by=lambda one: one.therapist_id,
)


@st.composite
def situations(draw: st.DrawFn, clients: int = 5) -> tuple[list[Case], list[Candidate], Circumstances]:
    register = draw(registers)
    cases = [
        Case(
            ReferralId(UUID(int=number)),
            "open",
            draw(st.sampled_from(get_args(Priority))),
            MONDAY + timedelta(hours=draw(st.integers(0, 3))),
            sharing_agreed=True,
            need=draw(needs),
        )
        for number in range(1, draw(st.integers(1, clients)) + 1)
    ]
    marked: dict[ReferralId, dict[TherapistId, Candidate]] = {}
    for case in cases:
        for one in draw(st.lists(st.sampled_from(register), unique=True, max_size=2)) if register else []:
            asked = draw(st.booleans())
            marked.setdefault(case.referral_id, {})[one.therapist_id] = replace(
                one, asked_before=asked, vetoed=not asked
            )
    couples = [
        (one.referral_id, two.referral_id) for one in cases for two in cases if one.referral_id < two.referral_id
    ]
    apart = tuple(draw(st.lists(st.sampled_from(couples), unique=True, max_size=2))) if couples else ()
    return cases, register, Circumstances(marked, apart)


def solved(cases: list[Case], register: list[Candidate], also: Circumstances) -> tuple[Gathered, Placing]:
    gathered = gather(cases, register, WEIGHTS, also, seed="run")
    return gathered, solve(gathered.problem).placing


def decided(cases: list[Case], register: list[Candidate], also: Circumstances) -> dict[ReferralId, Decision]:
    gathered, placing = solved(cases, register, also)
    return {one.case.referral_id: one for one in decisions(gathered, placing, run="r")}


def seen_by(case: Case, register: list[Candidate], also: Circumstances) -> list[Candidate]:
    own = also.marked.get(case.referral_id, {})
    return [own.get(one.therapist_id, one) for one in register]


@given(needs, registers, st.data())
@settings(max_examples=300, deadline=None)
def test_the_sets_allow_exactly_whom_the_rules_allow(
    need: Need, register: list[Candidate], data: st.DataObject
) -> None:
    marked = {
        index: replace(
            register[index], asked_before=True, permitted=data.draw(st.sampled_from([(), ("asked-before",)]))
        )
        for index in (data.draw(st.sets(st.integers(0, len(register) - 1), max_size=2)) if register else ())
    }

    allowed = {index for index, _ in Crowd(register).allowed(need, marked)}

    seen = [marked.get(index, one) for index, one in enumerate(register)]
    assert allowed == {index for index, one in enumerate(seen) if not failures_of(need, one)}


@given(st.lists(needs, min_size=1, max_size=4), registers)
@settings(max_examples=150, deadline=None)
def test_scores_in_columns_are_the_scores(several: list[Need], register: list[Candidate]) -> None:
    crowd, columns = Crowd(register), Columns(register, EVERY_WEIGHT)
    for need in several:
        score = columns.scores(need)
        for index, in_a_room in crowd.allowed(need, {}):
            assert score(index, in_a_room=in_a_room) == score_of(need, register[index], EVERY_WEIGHT)


@given(situations())
@settings(max_examples=80, deadline=None)
def test_no_run_ever_breaks_a_rule_or_gives_a_place_twice(
    situation: tuple[list[Case], list[Candidate], Circumstances],
) -> None:
    cases, register, also = situation
    found = decided(cases, register, also)

    assert set(found) == {case.referral_id for case in cases}
    given_to: dict[TherapistId, list[ReferralId]] = {}
    for referral_id, one in found.items():
        if isinstance(one.choice, Chosen):
            assert may_be_matched(one.case.need, one.choice.best.candidate)
            given_to.setdefault(one.choice.best.candidate.therapist_id, []).append(referral_id)
    for therapist in register:
        assert len(given_to.get(therapist.therapist_id, [])) <= therapist.capacity_available
    for first, second in also.apart:
        assert not any({first, second} <= set(clients) for clients in given_to.values())


@given(situations())
@settings(max_examples=60, deadline=None)
def test_leaving_out_those_further_down_never_changes_how_good_the_best_is(
    situation: tuple[list[Case], list[Candidate], Circumstances],
) -> None:
    cases, register, also = situation
    gathered, placing = solved(cases, register, also)
    everyone = Pairs()
    names = gathered.crowd.names
    for client, case in enumerate(gathered.cases):
        for index, _ in gathered.crowd.allowed(case.need, gathered.marked[client]):
            choice = choose(case.need, [gathered.seen(client, index)], WEIGHTS, seed=str(case.referral_id))
            (one,) = choice.considered
            assert str(one.candidate.therapist_id) == names[index]
            everyone.add(client, index, one.score, lot=int(one.draw, 16))

    whole = solve(replace(gathered.problem, pairs=everyone)).placing

    assert [one.value for one in whole.reached] == [one.value for one in placing.reached]


@given(situations(clients=1))
@settings(max_examples=60, deadline=None)
def test_a_run_for_one_client_is_the_choice_for_that_client(
    situation: tuple[list[Case], list[Candidate], Circumstances],
) -> None:
    (case,), register, also = situation
    single = choose(case.need, seen_by(case, register, also), WEIGHTS, seed=str(case.referral_id))

    together = decided([case], register, also)[case.referral_id].choice

    if isinstance(single, Chosen):
        assert isinstance(together, Chosen)
        assert together.best == single.best
    else:
        assert isinstance(together, NoneFits)
        assert together.reason == single.reason


@given(situations())
@settings(max_examples=60, deadline=None)
def test_whoever_comes_when_nobody_can_be_placed_gets_what_a_run_with_them_would_give(
    situation: tuple[list[Case], list[Candidate], Circumstances],
) -> None:
    (newcomer, *others), register, also = situation
    stuck = [
        case for case in others if not any(may_be_matched(case.need, one) for one in seen_by(case, register, also))
    ]
    single = choose(newcomer.need, seen_by(newcomer, register, also), WEIGHTS, seed=str(newcomer.referral_id))

    together = decided([newcomer, *stuck], register, also)[newcomer.referral_id].choice

    assert isinstance(together, type(single))
    if isinstance(single, Chosen) and isinstance(together, Chosen):
        assert together.best == single.best


@given(situations(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_lists_changes_nothing(
    situation: tuple[list[Case], list[Candidate], Circumstances], shuffler: Any
) -> None:
    cases, register, also = situation
    first = decided(cases, register, also)
    shuffler.shuffle(cases)
    shuffler.shuffle(register)

    assert {one: found.choice for one, found in decided(cases, register, also).items()} == {
        one: found.choice for one, found in first.items()
    }


@given(situations())
@settings(max_examples=60, deadline=None)
def test_every_explanation_of_a_run_can_be_replayed(
    situation: tuple[list[Case], list[Candidate], Circumstances],
) -> None:
    for one in decided(*situation).values():
        stored = read_again(json.loads(json.dumps(written(one.explanation))))
        assert stored.replay == "same"
        assert stored.explanation.choice == one.choice


def test_two_clients_do_not_both_get_the_one_who_is_best_for_both() -> None:
    near, far = a_candidate(1, point=TORQUAY, capacity_available=1), a_candidate(2, capacity_available=1)
    movable = Case(ReferralId(UUID(int=1)), "open", "routine", MONDAY, sharing_agreed=True, need=a_need())
    fixed = replace(movable, referral_id=ReferralId(UUID(int=2)), need=a_need(therapist_gender="woman"))
    near_only = replace(far, gender="man")

    found = decided([movable, fixed], [near, near_only], Circumstances({}))

    choice = found[movable.referral_id].choice
    assert isinstance(choice, Chosen)
    assert choice.best.candidate == near_only
    together = found[movable.referral_id].explanation.decided
    assert getattr(together, "went_to", None) == ((near.therapist_id, str(fixed.referral_id)[-8:]),)


def test_a_place_held_back_costs_points_but_never_leaves_a_client_waiting() -> None:
    best, second = a_candidate(1, point=TORQUAY), a_candidate(2)
    case = Case(ReferralId(UUID(int=1)), "open", "routine", MONDAY, sharing_agreed=True, need=a_need())

    def chosen(register: list[Candidate], price: int) -> TherapistId:
        choice = decided([case], register, Circumstances({}, prices={best.therapist_id: price}))[
            case.referral_id
        ].choice
        assert isinstance(choice, Chosen)
        return choice.best.candidate.therapist_id

    assert chosen([best, second], 0) == best.therapist_id
    assert chosen([best, second], 10**6) == second.therapist_id
    assert chosen([best], 10**9) == best.therapist_id


def test_whom_a_client_is_kept_apart_from_is_not_told_where_a_place_is_left_over() -> None:
    one, other = (
        Case(ReferralId(UUID(int=number)), "open", "routine", MONDAY, sharing_agreed=True, need=a_need())
        for number in (1, 2)
    )
    register = [a_candidate(1, capacity_available=2), a_candidate(2, session_fee=11_000)]

    found = decided([one, other], register, Circumstances({}, ((one.referral_id, other.referral_id),)))

    assert {decision.explanation.choice.best.candidate.therapist_id for decision in found.values()} == {  # type: ignore[union-attr]
        candidate.therapist_id for candidate in register
    }
    assert [decision.explanation.decided.went_to for decision in found.values()] == [(), ()]  # type: ignore[union-attr]
    full = [replace(register[0], capacity_available=1), register[1]]
    told = decided([one, other], full, Circumstances({}))
    assert sorted(len(decision.explanation.decided.went_to) for decision in told.values()) == [0, 1]  # type: ignore[union-attr]
