"""One world under several policies, beside the best in hindsight; and what gives way when more and more people come."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from deploy.simulation.course import Course
from deploy.simulation.hindsight import hindsight_of
from deploy.simulation.policies import Prices
from deploy.simulation.prices import Expecting
from deploy.simulation.report import Figures, figures_of
from deploy.simulation.running import Finished, finished
from deploy.simulation.setup import PolicyName, Run, Setup
from deploy.simulation.suiting import World, world_of
from shared.kernel.regions import region_of

TELL = Callable[[str], None]
LONGEST_WAIT_WEEKS = 4
"""How long the best in hindsight may let somebody wait for a better therapist."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A world's figures, one policy after the other, and how many the best in hindsight places."""

    setup: Setup
    figures: tuple[Figures, ...]
    hindsight_placed: float


@dataclass(frozen=True, slots=True)
class Strain:
    """A year with so many times the arrivals: how many were placed, what was full, and whom it hit hardest."""

    times: int
    arrived: int
    placed: float
    wait_p90: float
    load: float
    out_of_money: int
    no_place: int
    nobody_suits: int
    worst_groups: tuple[str, ...]
    worst_regions: tuple[str, ...]


def compare(setup: Setup, runs: Sequence[tuple[PolicyName, bool]], tell: TELL = lambda _what: None) -> Comparison:
    """Run the same arrivals, therapists and answers under each policy, with or without holding places back."""
    tell("Drawing clients and therapists")
    world = world_of(setup)
    tell("Finding the best in hindsight")
    best = hindsight_of(world, longest_wait=LONGEST_WAIT_WEEKS)
    found = []
    for policy, hold_back in runs:
        run = Run(setup, policy, hold_back)
        tell(f"Living through a year: {run.name}")
        found.append(figures_of(run_of(run, world), best))
    return Comparison(setup, tuple(found), best.placed)


def run_of(run: Run, world: World) -> Finished:
    """One policy's year, with prices for places where it holds back."""
    pricing: Callable[[Course], Prices] | None = Expecting(world).prices if run.hold_back else None
    return finished(run, world, pricing=pricing)


def what_breaks(
    setup: Setup, policy: PolicyName, factors: Sequence[int], tell: TELL = lambda _what: None
) -> list[Strain]:
    """The same therapists and money, with more and more arrivals."""
    found = []
    for factor in factors:
        tell(f"Living through a year with {factor} times the arrivals")
        world = world_of(replace(setup, arrivals=setup.arrivals * factor))
        found.append(_strain(factor, run_of(Run(world.setup, policy), world)))
    return found


def _strain(factor: int, run: Finished) -> Strain:
    clients, fates = run.world.clients, run.fates
    placed = [one for one in clients if fates[one.number].placed_on is not None]
    waits = sorted((fates[one.number].placed_on or 0) - one.day for one in placed) or [0]
    unplaced = [one for one in clients if fates[one.number].placed_on is None]
    suited = [one for one in unplaced if run.world.suitable[one.number]]
    out_of_money = sum(fates[one.number].lacked_money for one in suited)
    loads = [taken / max(1, there_are) for taken, there_are in run.in_use[: run.run.setup.weeks]]
    return Strain(
        times=factor,
        arrived=len(clients),
        placed=len(placed) / max(1, len(clients)),
        wait_p90=waits[len(waits) * 9 // 10],
        load=sum(loads) / max(1, len(loads)),
        out_of_money=out_of_money,
        no_place=len(suited) - out_of_money,
        nobody_suits=len(unplaced) - len(suited),
        worst_groups=_worst([(one.need.client_group, fates[one.number].placed_on is not None) for one in clients]),
        worst_regions=_worst(
            [
                (region_of(one.need.outward_code) or "not known", fates[one.number].placed_on is not None)
                for one in clients
            ]
        ),
    )


def _worst(cases: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    came = Counter(name for name, _ in cases)
    placed = Counter(name for name, was in cases if was)
    share = {name: placed[name] / count for name, count in came.items() if count >= 20}
    return tuple(f"{name} {share[name]:.0%}" for name in sorted(share, key=lambda one: (share[one], one))[:3])
