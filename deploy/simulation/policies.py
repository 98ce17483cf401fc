"""When clients are looked at and by which decision: the optimum, one at a time, or a baseline to compare with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from deploy.simulation.clients import Client
from deploy.simulation.course import Course
from deploy.simulation.setup import date_of, moment
from services.matching.domain.cases import Case
from services.matching.domain.choice import Chosen, NoneFits, choose
from services.matching.domain.gathering import Circumstances, Gathered, gather
from services.matching.domain.pairing import Candidate
from services.matching.domain.rules import failures_of, may_be_matched
from services.matching.domain.run_policy import Runs
from services.matching.domain.waiting import order_of_waiting
from services.matching.gateways.solving import solve
from shared.kernel.ids import ReferralId, TherapistId

MONDAY = 0
RUNS = {"weekly": Runs("weekly", MONDAY, hour=9), "daily": Runs("daily", hour=9)}
Prices = Mapping[int, int]
"""What a place of each therapist is worth to others who are expected, in points of the score."""
NO_PRICES: Prices = {}


def look(course: Course, arrived: Sequence[Client], prices: Prices = NO_PRICES) -> None:
    """Let a day's clients be looked at, as the policy of the run says.

    Whoever has been looked at before does not wait for the next run: a change that could help wakes them at once.
    """
    if course.money_came:
        _look_at_unfunded(course, prices)
    match course.run.policy:
        case "immediate":
            _one_by_one(course, in_order(_within_reach(course)), prices)
        case "weekly" | "daily":
            if _runs_today(course):
                _run_optimum(course, prices)
            else:
                at_once = (one for one in arrived if not RUNS[course.run.policy].waits(one.priority))
                course.tried.update(one.number for one in at_once)
                _one_by_one(course, in_order(_woken(course)), prices)
        case "greedy":
            _one_by_one(course, _woken(course), NO_PRICES)
            if course.day % 7 == MONDAY:
                _run_greedily(course)
        case "first-come":
            _first_come(course)
        case never:
            assert_never(never)


def _runs_today(course: Course) -> bool:
    following = RUNS[course.run.policy].next_run(moment(course.day - 1))
    return following is not None and following.date() == date_of(course.day)


def _woken(course: Course) -> list[Client]:
    """Those who were looked at before and whom somebody with a free place could suit."""
    return [client for client in _within_reach(course) if client.number in course.tried]


def _within_reach(course: Course) -> list[Client]:
    open_now = {index for index, free in enumerate(course.free) if free > 0}
    return [
        client
        for client in course.waiting.values()
        if any(suits.therapist in open_now for suits in course.world.suitable[client.number])
    ]


def in_order(clients: Iterable[Client]) -> list[Client]:
    """The most urgent first, then whoever has waited longest, then by lot."""
    return sorted(clients, key=lambda one: order_of_waiting(one.priority, moment(one.day), str(one.referral_id)))


def gathered_of(course: Course, prices: Prices) -> tuple[Gathered, list[Client]]:
    """Everybody who waits and every therapist as they stand, as a match run gathers them; the clients in its order."""
    clients = {client.referral_id: client for client in _within_reach(course)}
    cases = [
        Case(one.referral_id, "open", one.priority, moment(one.day), sharing_agreed=True, need=course.need_of(one))
        for one in clients.values()
    ]
    register = [course.candidate(one.index) for one in course.world.therapists]
    circumstances = Circumstances(
        marked=_marked(course, clients.values()),
        prices={register[index].therapist_id: price for index, price in prices.items()},
    )
    gathered = gather(cases, register, course.run.weights, circumstances, seed=str(course.day))
    return gathered, [clients[case.referral_id] for case in gathered.cases]


def _marked(course: Course, clients: Iterable[Client]) -> dict[ReferralId, dict[TherapistId, Candidate]]:
    marked: dict[ReferralId, dict[TherapistId, Candidate]] = {}
    for client in clients:
        for index in course.asked[client.number]:
            candidate = course.candidate(index, client.number)
            marked.setdefault(client.referral_id, {})[candidate.therapist_id] = candidate
    return marked


def _run_optimum(course: Course, prices: Prices) -> None:
    gathered, clients = gathered_of(course, prices)
    placing = solve(gathered.problem).placing
    course.tried.update(course.waiting)
    for client, pair in zip(clients, placing.chosen, strict=True):
        if pair is not None:
            course.propose(client, _therapist_of(course, gathered, pair))


def _run_greedily(course: Course) -> None:
    gathered, clients = gathered_of(course, NO_PRICES)
    pairs, placed = gathered.problem.pairs, set()
    left = list(gathered.problem.places)
    for pair in sorted(range(len(pairs)), key=lambda one: (-pairs.score[one], pairs.lot[one])):
        client, therapist = pairs.client[pair], pairs.therapist[pair]
        if client not in placed and left[therapist] > 0:
            placed.add(client)
            left[therapist] -= 1
            course.propose(clients[client], _therapist_of(course, gathered, pair))
    course.tried.update(course.waiting)


def _therapist_of(course: Course, gathered: Gathered, pair: int) -> int:
    return course.index_of[gathered.crowd.candidates[gathered.problem.pairs.therapist[pair]].therapist_id]


def _first_come(course: Course) -> None:
    for client in sorted(_within_reach(course), key=lambda one: one.number):
        need = course.need_of(client)
        for candidate in course.candidates_for(client, free_only=True):
            if may_be_matched(need, candidate):
                course.propose(client, course.index_of[candidate.therapist_id])
                break


def _one_by_one(course: Course, clients: Iterable[Client], prices: Prices) -> None:
    for client in clients:
        candidates = course.candidates_for(client, free_only=True)
        if client.number not in course.waiting or not candidates:
            continue
        choice = choose(course.need_of(client), candidates, course.run.weights, seed=str(client.referral_id))
        match choice:
            case Chosen(considered=considered):
                fitting = [one for one in considered if not one.failures]
                best = min(
                    fitting,
                    key=lambda one: (prices.get(course.index_of[one.candidate.therapist_id], 0) - one.score, one.draw),
                )
                course.propose(client, course.index_of[best.candidate.therapist_id])
            case NoneFits():
                pass
            case never:
                assert_never(never)


def _look_at_unfunded(course: Course, prices: Prices) -> None:
    course.money_came = False
    for client in in_order(course.waiting_for_money()):
        before = course.look_for_money_again(client)
        if before is None:
            continue
        if failures_of(client.need, course.candidate(before, client.number)):
            _one_by_one(course, [client], prices)
        else:
            course.propose(client, before)
