"""What a finished year comes to: waiting, places, distance, load, fairness, money, and how good the matches were."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles

from deploy.simulation.clients import Client
from deploy.simulation.course import Fate
from deploy.simulation.hindsight import Best
from deploy.simulation.running import Finished
from deploy.simulation.windows import best_worth_of
from shared.kernel.regions import region_of

Case = tuple[Client, Fate]
KINDS: dict[str, Callable[[Client], str]] = {
    "client group": lambda one: one.need.client_group,
    "age band": lambda one: one.need.age_band,
    "region": lambda one: region_of(one.need.outward_code) or "not known",
    "means": lambda one: "pays in full" if one.need.means == "full-fee" else "subsidised",
}


@dataclass(frozen=True, slots=True)
class Share:
    """How one kind of client fared: how many came, what share was placed, and how long those waited in the middle."""

    kind: str
    of: str
    arrived: int
    placed: float
    median_wait: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One policy's year; shares from 0 to 1, waits in days from the arrival to the acceptance, money in pounds.

    `of_hindsight` is the worth of all matches beside that of the best anybody could have had who knew everything;
    `of_own_windows` beside the best for the same free places without keeping anybody waiting for longer.
    """

    policy: str
    arrived: int
    placed: int
    waiting: int
    ended: int
    nobody_suits: int
    of_hindsight: float
    of_own_windows: float
    wait_median: float
    wait_p90: float
    offered_in_one_working_day: float
    within_6_weeks: float
    within_18_weeks: float
    kilometres_median: float
    online: float
    asked_each: float
    load: float
    load_highest: float
    therapists_unused: float
    given: int
    spent: int
    lacked_money: int
    fairness: tuple[Share, ...]

    def as_json(self) -> dict[str, object]:
        """The figures as plain values."""
        return asdict(self)


def figures_of(run: Finished, hindsight: Best) -> Figures:
    """Count everything. Each client is exactly one of placed, waiting and ended."""
    cases: list[Case] = [(client, run.fates[client.number]) for client in run.world.clients]
    placed = [case for case in cases if case[1].placed_on is not None]
    waits = sorted(map(waited, placed)) or [0]
    rooms = [fate.kilometres for _, fate in placed if fate.kilometres is not None]
    worth = sum(fate.worth for _, fate in placed)
    used = {fate.therapist for _, fate in placed}
    loads = [taken / max(1, there_are) for taken, there_are in run.in_use[: run.run.setup.weeks]]
    return Figures(
        policy=run.run.name,
        arrived=len(cases),
        placed=len(placed),
        waiting=sum(fate.state in ("waiting", "no-money", "offered") for _, fate in cases),
        ended=sum(fate.state == "ended" for _, fate in cases),
        nobody_suits=sum(not suitable for suitable in run.world.suitable),
        of_hindsight=worth / max(1.0, hindsight.worth),
        of_own_windows=worth / max(1, best_worth_of(run)),
        wait_median=median(waits),
        wait_p90=quantiles(waits, n=10)[-1] if len(waits) > 1 else waits[0],
        offered_in_one_working_day=_share(cases, _offered_in_one_working_day),
        within_6_weeks=_share(cases, lambda case: case[1].placed_on is not None and waited(case) <= 42),
        within_18_weeks=_share(cases, lambda case: case[1].placed_on is not None and waited(case) <= 126),
        kilometres_median=median(rooms) if rooms else 0,
        online=1 - len(rooms) / max(1, len(placed)),
        asked_each=sum(fate.asked for _, fate in placed) / max(1, len(placed)),
        load=sum(loads) / max(1, len(loads)),
        load_highest=max(loads, default=0),
        therapists_unused=1 - len(used) / max(1, len(run.world.therapists)),
        given=run.given // 100,
        spent=run.spent // 100,
        lacked_money=sum(fate.lacked_money for _, fate in cases),
        fairness=tuple(fairness_of(cases)),
    )


def waited(case: Case) -> int:
    """Days from the arrival to the acceptance of somebody who was placed."""
    client, fate = case
    return (fate.placed_on or client.day) - client.day


def fairness_of(cases: Sequence[Case]) -> Iterable[Share]:
    """How each kind of client fared beside the others."""
    for kind, of in KINDS.items():
        groups: dict[str, list[Case]] = {}
        for case in cases:
            groups.setdefault(of(case[0]), []).append(case)
        for name, own in sorted(groups.items()):
            waits = [waited(case) for case in own if case[1].placed_on is not None]
            yield Share(kind, name, len(own), len(waits) / len(own), median(waits) if waits else 0)


def gaps(figures: Figures) -> Mapping[str, tuple[Share, Share]]:
    """For each kind, the one of whom fewest and the one of whom most were placed, among those with 20 or more."""
    found: dict[str, tuple[Share, Share]] = {}
    for kind in KINDS:
        own = sorted(
            (one for one in figures.fairness if one.kind == kind and one.arrived >= 20), key=lambda o: o.placed
        )
        if own:
            found[kind] = (own[0], own[-1])
    return found


def _offered_in_one_working_day(case: Case) -> bool:
    client, fate = case
    weekend = {4: 3, 5: 2}.get(client.day % 7, 1)
    return fate.offered_on is not None and fate.offered_on - client.day <= weekend


def _share(cases: Sequence[Case], holds: Callable[[Case], bool]) -> float:
    return sum(map(holds, cases)) / max(1, len(cases))
