"""Everyone who waits and everyone who might take them, as the problem whose best answer is wanted, and back again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.matching.domain.cases import Case
from services.matching.domain.choice import Choice, choose, lot_of
from services.matching.domain.columns import Columns, Results
from services.matching.domain.crowd import Crowd, Marked
from services.matching.domain.explanation import Explanation, Together, decide
from services.matching.domain.optimum import Pairs, Placing, Problem
from services.matching.domain.pairing import Candidate
from services.matching.domain.scoring import Weights
from services.matching.domain.waiting import URGENCY, order_of_waiting
from shared.kernel.ids import ReferralId, TherapistId

CONFLICT = "no-conflict-of-interest"
EXPLAINED = 20
"""How many therapists are explained for each client of a run, the best first."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else counts: who is marked for whom, whom to keep apart, results by group, what places are held back for.

    `prices` are points subtracted from every pair of a therapist whose places may be worth more to somebody to come.
    """

    marked: Mapping[ReferralId, Mapping[TherapistId, Candidate]]
    apart: tuple[tuple[ReferralId, ReferralId], ...] = ()
    results: Mapping[tuple[TherapistId, str], int] | None = None
    prices: Mapping[TherapistId, int] | None = None

    def together_at(self, referral_id: ReferralId) -> list[TherapistId]:
        """With whom staff permitted a client in spite of a conflict, which permits the other side of it too."""
        own = self.marked.get(referral_id, {})
        return [who for who, one in own.items() if CONFLICT in one.permitted]


@dataclass(frozen=True, slots=True)
class Gathered:
    """A problem with the people it is about; the clients in the order in which they wait."""

    cases: tuple[Case, ...]
    crowd: Crowd
    columns: Columns
    marked: tuple[Marked, ...]
    weights: Weights
    problem: Problem

    def seen(self, client: int, therapist: int) -> Candidate:
        """A therapist as a candidate for this client."""
        return self.marked[client].get(therapist) or self.columns.seen(therapist, self.cases[client].need)


def gather(
    cases: Sequence[Case],
    candidates: Sequence[Candidate],
    weights: Weights,
    circumstances: Circumstances,
    *,
    seed: str,
    whole: bool = False,
) -> Gathered:
    """The problem of placing these clients with these therapists; the order in which they are given does not matter.

    A client needs to be tried only with the best therapists whose free places, without the largest of those where
    somebody to be kept apart could be, are as many as there are clients: one of them is free for the client whatever
    happens to the others, so nobody is better off with a therapist further down. Those who are as good as the last of
    these are kept too; with `whole`, everyone.
    """
    ordered = tuple(sorted(cases, key=lambda one: order_of_waiting(one.priority, one.received_at, _lot(seed, one))))
    register = sorted(candidates, key=lambda one: one.therapist_id)
    index_of = {one.therapist_id: index for index, one in enumerate(register)}
    clients = {case.referral_id: index for index, case in enumerate(ordered)}
    by_group: dict[str, dict[int, int]] = {}
    for (therapist_id, group), value in (circumstances.results or {}).items():
        if therapist_id in index_of:
            by_group.setdefault(group, {})[index_of[therapist_id]] = value
    results: Results = by_group  # type: ignore[assignment]
    gathered = Gathered(
        cases=ordered,
        crowd=Crowd(register),
        columns=Columns(register, weights, results),
        marked=tuple(
            {index_of[who]: one for who, one in own.items() if who in index_of}
            for own in (circumstances.marked.get(case.referral_id, {}) for case in ordered)
        ),
        weights=weights,
        problem=Problem(
            [URGENCY[case.priority] for case in ordered],
            [one.capacity_available for one in register],
            Pairs(),
            apart := tuple(sorted((clients[one], clients[other]) for one, other in circumstances.apart
                                  if one in clients and other in clients)),
            frozenset((one, other, index_of[who]) for one, other in apart
                      for client in (one, other) for who in circumstances.together_at(ordered[client].referral_id)
                      if who in index_of),
        ),
    )  # fmt: skip
    prices = {index_of[who]: price for who, price in (circumstances.prices or {}).items() if who in index_of}
    for client in range(len(ordered)):
        _add_pairs(gathered, client, prices, whole=whole)
    return gathered


def _add_pairs(gathered: Gathered, client: int, prices: Mapping[int, int], *, whole: bool) -> None:
    case, problem = gathered.cases[client], gathered.problem
    score_of = gathered.columns.scores(case.need)
    seed, names = str(case.referral_id), gathered.crowd.names
    ranked = sorted(
        (score_of(index, in_a_room=in_a_room) - prices.get(index, 0), index)
        for index, in_a_room in gathered.crowd.allowed(case.need, gathered.marked[client])
    )
    companions = sum(client in pair for pair in problem.apart)
    enough, lost = len(gathered.cases), 0
    if companions:
        sizes = sorted((problem.places[index] for _, index in ranked), reverse=True)
        lost = sum(sizes[:companions])
    last: int | None = None
    for score, index in reversed(ranked):
        if enough + lost <= 0 and score != last and not whole:
            break
        last = score
        enough -= problem.places[index]
        problem.pairs.add(client, index, score, lot=int(lot_of(seed, names[index]), 16))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a run decided for one client, with everything that goes into the explanation."""

    case: Case
    choice: Choice
    explanation: Explanation


def decisions(gathered: Gathered, placing: Placing, *, run: str) -> list[Decision]:
    """What the best placing means for each client: a therapist, or for what the client goes on waiting."""
    pairs = gathered.problem.pairs
    own: list[list[int]] = [[] for _ in gathered.cases]
    for pair, client in enumerate(pairs.client):
        own[client].append(pair)
    taken = _used_up(gathered, placing)
    total = sum(pairs.score[pair] for pair in placing.chosen if pair is not None)
    found: list[Decision] = []
    for client, case in enumerate(gathered.cases):
        chosen = placing.chosen[client]
        ranked = sorted(own[client], key=lambda pair: (-pairs.score[pair], pairs.lot[pair]))
        shown = [pairs.therapist[pair] for pair in ranked[:EXPLAINED]]
        better = ranked[: ranked.index(chosen)] if chosen is not None else ranked
        if chosen is not None and chosen not in ranked[:EXPLAINED]:
            shown.append(pairs.therapist[chosen])
        if not shown:
            shown = gathered.crowd.nearest_to_possible(case.need, gathered.marked[client], EXPLAINED)
        seed = str(case.referral_id)
        best = choose(case.need, [gathered.seen(client, index) for index in shown], gathered.weights, seed=seed)
        candidates = gathered.crowd.candidates
        together = Together(
            run=run,
            therapist_id=candidates[pairs.therapist[chosen]].therapist_id if chosen is not None else None,
            reason=None if chosen is not None else "no-free-place" if ranked else getattr(best, "reason", None),
            went_to=tuple(
                (candidates[pairs.therapist[pair]].therapist_id, taken[pairs.therapist[pair]])
                for pair in better[:EXPLAINED]
                if pairs.therapist[pair] in taken
            ),
            placed=placing.placed,
            total=total,
        )
        choice = decide(best, together)
        found.append(Decision(case, choice, Explanation(case.need, gathered.weights, seed, choice, together)))
    return found


def _used_up(gathered: Gathered, placing: Placing) -> dict[int, str]:
    """To which client the last place of a therapist went.

    Not where a place is left over: who did not get that one is kept apart from somebody, and nobody is told from whom.
    """
    pairs, places = gathered.problem.pairs, gathered.problem.places
    taken = {client: pairs.therapist[pair] for client, pair in enumerate(placing.chosen) if pair is not None}
    used = Counter(taken.values())
    return {
        therapist: str(gathered.cases[client].referral_id)[-8:]
        for client, therapist in taken.items()
        if used[therapist] >= places[therapist]
    }


def _lot(seed: str, case: Case) -> str:
    return sha256(f"{seed}:{case.referral_id}".encode()).hexdigest()
