"""What the best placing of everybody who waits means: the problem in whole numbers, and what counts before what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Criterion = Literal["placed", "score", "waiting", "lot"]
"""What is as good as possible first: clients placed, the most urgent before the others; then scores; then ties."""
HALF_LOT = 32


class NotProved(Exception):
    """A solver's answer fails our own proof; a fault of the program and never of the problem."""


@dataclass(slots=True)
class Pairs:
    """The allowed pairs as columns: client and therapist by index, score, the part of the places it uses, and its lot.

    A higher score is better and may be negative; a lower lot wins, and lots are below 2 to the power of 64.
    """

    client: list[int] = field(default_factory=list)
    therapist: list[int] = field(default_factory=list)
    score: list[int] = field(default_factory=list)
    use: list[int] = field(default_factory=list)
    lot: list[int] = field(default_factory=list)

    def add(self, client: int, therapist: int, score: int, *, use: int = 1, lot: int = 0) -> None:
        """Allow one more pair."""
        self.client.append(client)
        self.therapist.append(therapist)
        self.score.append(score)
        self.use.append(use)
        self.lot.append(lot)

    def __len__(self) -> int:
        return len(self.client)


@dataclass(frozen=True, slots=True)
class Problem:
    """Clients in the order in which they wait, therapists' free places, the allowed pairs, and who must be kept apart.

    `urgency` has one number a client, 0 the most urgent; `apart` are pairs of clients never with the same therapist,
    but for those `permitted`, as the two clients and the therapist.
    """

    urgency: Sequence[int]
    places: Sequence[int]
    pairs: Pairs
    apart: tuple[tuple[int, int], ...] = ()
    permitted: frozenset[tuple[int, int, int]] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what is no problem: a pair of nobody, places or uses below none, the same pair twice."""
        clients, therapists = range(len(self.urgency)), range(len(self.places))
        pairs = self.pairs
        if len(pairs) and not (
            0 <= min(pairs.client) <= max(pairs.client) < len(clients)
            and 0 <= min(pairs.therapist) <= max(pairs.therapist) < len(therapists)
            and min(pairs.use) > 0
        ):
            raise ValueError("a pair names nobody, or uses no place")
        if len(set(zip(pairs.client, pairs.therapist, strict=True))) != len(pairs):
            raise ValueError("a pair is there twice")
        if min(self.places, default=0) < 0 or min(self.urgency, default=0) < 0:
            raise ValueError("places and urgencies are never below none")
        if any(one == other or one not in clients or other not in clients for one, other in self.apart):
            raise ValueError("two different clients are kept apart")
        if any((one, other) not in self.apart for one, other, _ in self.permitted):
            raise ValueError("only who is kept apart is permitted together")


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one criterion got, and how far it could get at most; equal where it is proved the best."""

    criterion: Criterion
    value: int
    bound: int


@dataclass(frozen=True, slots=True)
class Placing:
    """The index of the chosen pair for each client, None where the client goes on waiting; and how good that is."""

    chosen: tuple[int | None, ...]
    reached: tuple[Reached, ...]
    optimal: bool
    solver: str

    @property
    def placed(self) -> int:
        """How many clients have a therapist."""
        return sum(pair is not None for pair in self.chosen)


def criteria_of(problem: Problem) -> list[tuple[Criterion, list[int]]]:
    """What each pair adds to each criterion, all to be made as large as possible, the most important first."""
    pairs, count = problem.pairs, len(problem.urgency)
    levels = sorted({problem.urgency[client] for client in pairs.client})
    low = (1 << HALF_LOT) - 1
    return [
        *(("placed", [int(problem.urgency[client] == level) for client in pairs.client]) for level in levels),
        ("score", pairs.score),
        ("waiting", [count - client for client in pairs.client]),
        ("lot", [-(lot >> HALF_LOT) for lot in pairs.lot]),
        ("lot", [-(lot & low) for lot in pairs.lot]),
    ]


def factors_of(extremes: Sequence[tuple[int, int]], clients: int, largest: int) -> tuple[int, ...]:
    """By what to multiply criteria to pack as many as fit into one number a pair, the first most important.

    `extremes` are each criterion's least and greatest value. The sum of a criterion over at most `clients` pairs spans
    less than the factor of the one before, so that no gain in a later one outweighs the smallest loss in an earlier
    one; all in unbounded integers. No packed number is further than `largest` from none, unless the first alone is.
    """
    spans = [clients * (max(0, greatest) - min(0, least)) + 1 for least, greatest in extremes]
    taken: tuple[int, ...] = (1,)
    for count in range(2, len(extremes) + 1):
        factors = [1]
        for span in reversed(spans[1:count]):
            factors.append(factors[-1] * span)
        factors.reverse()
        sizes = (max(abs(least), abs(greatest)) for least, greatest in extremes)
        if sum(factor * size for factor, size in zip(factors, sizes, strict=False)) > largest:
            break
        taken = tuple(factors)
    return taken


def value_of(criterion: Sequence[int], chosen: Sequence[int | None]) -> int:
    """What the chosen pairs add up to."""
    return sum(criterion[pair] for pair in chosen if pair is not None)


def breaches(problem: Problem, chosen: Sequence[int | None]) -> list[str]:
    """Everything that a placing breaks, counted in whole numbers, whatever a solver says; empty for an allowed one."""
    pairs = problem.pairs
    found = [f"client {client} has the pair of another" for client, pair in enumerate(chosen)
             if pair is not None and pairs.client[pair] != client]  # fmt: skip
    used = [0] * len(problem.places)
    for pair in chosen:
        if pair is not None:
            used[pairs.therapist[pair]] += pairs.use[pair]
    found += [f"therapist {index} has {free} places and {used[index]} are used"
              for index, free in enumerate(problem.places) if used[index] > free]  # fmt: skip
    found += [f"clients {one} and {other} are together" for one, other in together(problem, chosen)]
    if len(chosen) != len(problem.urgency):
        found.append("somebody was forgotten")
    return found


def together(problem: Problem, chosen: Sequence[int | None]) -> list[tuple[int, int]]:
    """The clients to be kept apart whom a placing puts with one therapist."""
    therapist = [None if pair is None else problem.pairs.therapist[pair] for pair in chosen]
    return [(one, other) for one, other in problem.apart
            if (at := therapist[one]) is not None and at == therapist[other]
            and (one, other, at) not in problem.permitted]  # fmt: skip


def bottlenecks(problem: Problem, first: Sequence[tuple[int, int, int]] = ()) -> list[tuple[int, list[int]]]:
    """Sets of pairs of one therapist of which at most one can be chosen, because any two are to be kept apart.

    No pair is in two sets. Where whoever is kept apart from one is kept apart from all in the set, as two always are,
    the sets say all that there is to say; of a chain of clients they say a part, which is `first` that about these two
    clients and a therapist.
    """
    near: dict[int, set[int]] = {}
    for one, other in problem.apart:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    own: dict[int, list[int]] = {}
    for pair, client in enumerate(problem.pairs.client):
        if client in near:
            own.setdefault(problem.pairs.therapist[pair], []).append(pair)
    found: list[tuple[int, list[int]]] = []
    ranks: dict[tuple[int, int], int] = {}
    for rank, (one, other, therapist) in enumerate(first):
        ranks.setdefault((one, therapist), rank)
        ranks.setdefault((other, therapist), rank)
    for therapist, pairs in own.items():
        set_of: dict[int, list[int]] = {}
        for pair in sorted(pairs, key=lambda pair: ranks.get((problem.pairs.client[pair], therapist), len(first))):
            client = problem.pairs.client[pair]
            apart = {
                one for one in near[client]
                if not {(client, one, therapist), (one, client, therapist)} & problem.permitted
            }  # fmt: skip
            known = (set_of[one] for one in sorted(apart & set_of.keys()))
            joined = next((own_set for own_set in known if {problem.pairs.client[two] for two in own_set} <= apart), [])
            joined.append(pair)
            set_of[client] = joined
        found += [(therapist, own_set) for own_set in {id(one): one for one in set_of.values()}.values()
                  if len(own_set) > 1]  # fmt: skip
    return found
