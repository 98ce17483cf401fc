"""Invented clients: who asks for help in a year, where, of what kind, how long they wait and how long they stay."""

from dataclasses import dataclass
from itertools import accumulate
from math import pi, sin
from random import Random
from typing import TypeVar
from uuid import UUID

from deploy.simulation.setup import Setup, outward_codes
from services.matching.domain.pairing import Need
from services.matching.domain.vocabulary import AgeBand, ClientGroup, LegalStage, Means, Priority, Setting, WantedGender
from shared.kernel.ids import ReferralId
from shared.kernel.money import Pence

T = TypeVar("T")

GROUPS: dict[ClientGroup, int] = {
    "images": 38, "thoughts": 20, "survivor": 13, "family": 12, "harmed-child": 6, "exposing": 4, "voyeurism": 3,
    "harmed-adult": 2, "other-behaviour": 2,
}  # fmt: skip
AGES: dict[AgeBand, int] = {"under-13": 1, "13-17": 5, "18-25": 20, "26-64": 66, "65-plus": 8}
STAGES: dict[LegalStage, int] = {
    "unknown-to-authorities": 36, "investigated": 27, "bail": 12, "charged": 5, "sentenced": 9, "prison": 2,
    "released": 9,
}  # fmt: skip
"""Thirty-six in a hundred unknown to the authorities, as the charity says; the others are assumed."""
MEANS: dict[Means, int] = {"full-fee": 45, "part-fee": 25, "cannot-pay": 22, "unsure": 8}
SETTINGS: dict[Setting, int] = {"either": 55, "in-person": 30, "online": 15}
GENDERS: dict[WantedGender, int] = {"no-preference": 84, "woman": 12, "man": 4}
PRIORITIES: dict[Priority, int] = {"routine": 88, "urgent": 10, "immediate": 2}
LANGUAGES: dict[tuple[str, ...], int] = {("en",): 97, ("cy", "en"): 1, ("pl",): 1, ("pl", "en"): 1}
WEEKDAY = (1.25, 1.2, 1.15, 1.1, 1.0, 0.65, 0.65)
SEASON = 0.15
"""How much more than the yearly rate arrives at the peak, six weeks into the year, and less at the bottom."""
PATIENCE_DAYS = 120
"""How long a waiting client stays on average; some go much sooner, others wait far longer."""
NO_AREA = 0.02


@dataclass(frozen=True, slots=True)
class Client:
    """One person who asks for help on a day, what they need, when they give up waiting, and for how long they come."""

    number: int
    day: int
    need: Need
    priority: Priority
    gives_up: int
    weeks: int

    @property
    def referral_id(self) -> ReferralId:
        """An id that is the same in every run."""
        return ReferralId(UUID(int=(1 << 100) + self.number))


def clients_of(setup: Setup) -> tuple[Client, ...]:
    """Everybody who asks for help in a world: a Poisson process whose rate rises, with the seasons and the weekdays."""
    draw = setup.draw("clients")
    peak = setup.arrivals / 364 * (1 + SEASON) * (1 + setup.rise_percent / 200) * max(WEEKDAY)
    found: list[Client] = []
    now = draw.expovariate(peak)
    while now < setup.days:
        if draw.random() * peak < rate(setup, now):
            found.append(_client(setup, len(found), int(now)))
        now += draw.expovariate(peak)
    return tuple(found)


def rate(setup: Setup, now: float) -> float:
    """How many arrivals a day are expected at a moment."""
    trend = 1 + setup.rise_percent / 100 * (now / max(1, setup.days) - 0.5)
    season = 1 + SEASON * sin(2 * pi * (now - 42 + 91) / 364)
    return setup.arrivals / 364 * trend * season * WEEKDAY[int(now) % 7]


def need_like(draw: Random) -> Need:
    """What somebody needs, by the shares above."""
    group = one_of(draw, GROUPS)
    means = one_of(draw, MEANS)
    code = None if draw.random() < NO_AREA else _code(draw)
    return Need(
        client_group=group,
        age_band=one_of(draw, AGES),
        legal_stage="none" if group in ("family", "survivor") else one_of(draw, STAGES),
        outward_code=code,
        point=outward_codes()[2][code] if code else None,
        setting=one_of(draw, SETTINGS),
        therapist_gender=one_of(draw, GENDERS),
        languages=one_of(draw, LANGUAGES),
        step_free_access=draw.random() < 0.03,
        means=means,
        affordable_per_session=Pence(draw.choice((15_00, 20_00, 25_00, 30_00))) if means == "part-fee" else None,
    )


def _client(setup: Setup, number: int, day: int) -> Client:
    draw = setup.draw("client", number)
    gives_up = day + 7 + int(draw.expovariate(1 / PATIENCE_DAYS))
    return Client(number, day, need_like(draw), one_of(draw, PRIORITIES), gives_up, _weeks(draw))


def _weeks(draw: Random) -> int:
    """Ten sessions with gaps for most, some drop out, some stay longer."""
    luck = draw.random()
    if luck < 0.25:
        return draw.randint(2, 8)
    return draw.randint(10, 14) if luck < 0.8 else draw.randint(15, 26)


def one_of(draw: Random, shares: dict[T, int]) -> T:
    """One of these, each as often as its share says."""
    return draw.choices(tuple(shares), tuple(shares.values()))[0]


_CUMULATED: list[int] = []


def _code(draw: Random) -> str:
    codes, counts, _ = outward_codes()
    if not _CUMULATED:
        _CUMULATED.extend(accumulate(counts))
    return draw.choices(codes, cum_weights=_CUMULATED)[0]
