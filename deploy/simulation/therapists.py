"""Invented therapists: what each can do, where, for how much, when they join, are away and lapse, how they answer."""

from dataclasses import dataclass
from random import Random
from typing import Literal
from uuid import UUID

from deploy.simulation.clients import Client, one_of
from deploy.simulation.setup import Setup, outward_codes
from services.matching.domain.pairing import Candidate
from services.matching.domain.policy import Policy
from services.matching.domain.vocabulary import AgeBand, ClientGroup, DeclineReason, Gender, LegalStage
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence

PROFILES: dict[tuple[ClientGroup, ...], int] = {
    ("thoughts", "images"): 28,
    ("thoughts", "images", "exposing", "voyeurism"): 20,
    ("thoughts", "images", "harmed-child", "harmed-adult", "other-behaviour"): 14,
    ("survivor", "family"): 16,
    ("images", "family"): 10,
    ("survivor",): 6,
    ("exposing", "voyeurism", "other-behaviour"): 3,
    ("thoughts", "images", "harmed-child", "harmed-adult", "exposing", "voyeurism", "other-behaviour", "family"): 3,
}
BANDS: dict[tuple[AgeBand, ...], int] = {
    ("18-25", "26-64", "65-plus"): 66,
    ("26-64", "65-plus"): 12,
    ("13-17", "18-25", "26-64", "65-plus"): 14,
    ("under-13", "13-17", "18-25", "26-64"): 8,
}
FEES = (45_00, 50_00, 55_00, 60_00, 60_00, 65_00, 70_00, 75_00, 80_00, 90_00, 110_00)
EARLY: tuple[LegalStage, ...] = ("unknown-to-authorities", "investigated", "bail", "none")
EVERY: tuple[LegalStage, ...] = (*EARLY, "charged", "sentenced", "prison", "released")
JOIN_LATER, LAPSE = 0.12, 0.06
REASONS: dict[DeclineReason, int] = {
    "full": 30, "not-my-field": 15, "too-far": 12, "away": 10, "fee": 6, "conflict-of-interest": 3, "other": 24,
}  # fmt: skip
Reply = Literal["accept", "decline", "silence"]


@dataclass(frozen=True, slots=True)
class Therapist:
    """A therapist with all places free; `busy_until` are the days on which places that are taken at first become free.

    `away` are times of not being offered anybody, from the first day to the day of coming back; a lapse is one of them.
    """

    index: int
    candidate: Candidate
    joins: int
    away: tuple[tuple[int, int], ...]
    busy_until: tuple[int, ...]
    takes: float

    def is_here(self, day: int) -> bool:
        """Whether they could be offered somebody on this day, as far as was planned."""
        return day >= self.joins and not any(start <= day < end for start, end in self.away)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a therapist says to one client's offer, how many days later, and for how long they pause after it."""

    reply: Reply
    days: int
    reason: DeclineReason = "other"
    pause: int = 0


def therapists_of(setup: Setup) -> tuple[Therapist, ...]:
    """Everybody on the register in a world, in the order in which they stand there."""
    return tuple(_therapist(setup, index) for index in range(setup.therapists))


def answer_of(setup: Setup, policy: Policy, client: Client, therapist: Therapist) -> Answer:
    """What this therapist will say to this client, whenever asked, in every run of the world."""
    draw = setup.draw("answer", client.number, therapist.index)
    luck, within = draw.random(), policy.reply_hours[client.priority] // 24
    if luck < therapist.takes:
        return Answer("accept", max(1, min(within, draw.randint(1, 3))))
    if luck < therapist.takes + (1 - therapist.takes) * 2 / 3:
        return Answer("decline", max(1, min(within, draw.randint(1, 3))), one_of(draw, REASONS), draw.randint(14, 56))
    return Answer("silence", max(1, within))


def _therapist(setup: Setup, index: int) -> Therapist:
    draw = setup.draw("therapist", index)
    codes, counts, points = outward_codes()
    ages = one_of(draw, BANDS)
    places = one_of(draw, {1: 10, 2: 35, 3: 30, 4: 15, 6: 10})
    gender: Gender = "woman" if draw.random() < 0.65 else "man"
    late = draw.random() < JOIN_LATER
    joins = draw.randint(1, max(1, setup.days - 1)) if late else 0
    candidate = Candidate(
        therapist_id=TherapistId(UUID(int=(2 << 100) + index)),
        standing="active",
        client_groups=one_of(draw, PROFILES),
        age_bands=ages,
        legal_stages=one_of(draw, {EARLY: 35, EVERY: 65}),
        child_clearance="13-17" in ages or draw.random() < 0.1,
        point=points[draw.choices(codes, counts)[0]],
        radius_km=draw.choice((20, 30, 40, 60)),
        online=draw.random() < 0.6,
        gender=gender,
        languages=one_of(draw, {("en",): 96, ("cy", "en"): 2, ("en", "pl"): 2}),
        step_free_access=draw.random() < 0.5,
        session_fee=Pence(draw.choice(FEES)),
        capacity_maximum=places,
        capacity_available=places,
    )
    busy = () if late else tuple(sorted(draw.randint(1, 140) for _ in range(places) if draw.random() < 0.7))
    return Therapist(index, candidate, joins, _away(draw, setup), busy, draw.uniform(0.7, 0.95))


def _away(draw: Random, setup: Setup) -> tuple[tuple[int, int], ...]:
    holidays = [(start, start + draw.randint(7, 21)) for start in (draw.randint(0, 363) for _ in range(2))]
    if draw.random() < LAPSE:
        lapsed = draw.randint(0, max(0, setup.days - 1))
        holidays.append((lapsed, lapsed + draw.randint(28, 400)))
    return tuple(sorted(holidays))
