"""A made-up register and waiting list over the real map: as many people as asked for, the same for the same seed."""

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import get_args
from uuid import UUID

from services.matching.domain.cases import Case
from services.matching.domain.distance import Point
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.vocabulary import AgeBand, ClientGroup, LegalStage, Means, Priority, Setting
from shared.kernel.ids import ReferralId, TherapistId
from shared.kernel.money import Pence

OUTCODES = Path(__file__).parents[3] / "services" / "matching" / "data" / "outcodes" / "uk_outcodes.csv"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GROUPS: tuple[ClientGroup, ...] = get_args(ClientGroup)
AGES: tuple[AgeBand, ...] = get_args(AgeBand)
STAGES: tuple[LegalStage, ...] = get_args(LegalStage)
MEANS: tuple[Means, ...] = get_args(Means)
SETTINGS: tuple[Setting, ...] = get_args(Setting)
PRIORITIES: tuple[Priority, ...] = ("routine", "routine", "routine", "routine", "urgent", "urgent", "immediate")


@cache
def _map() -> tuple[list[tuple[str, Point]], list[int]]:
    with OUTCODES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    places = [(row["outcode"], Point(float(row["latitude"]), float(row["longitude"]))) for row in rows]
    return places, [int(row["postcodes"]) for row in rows]


def therapists(count: int, *, seed: int = 1) -> list[Candidate]:
    """So many therapists where people live, half of whom work online too, nine in ten with one to five free places."""
    random = Random(f"therapists {seed}")  # noqa: S311 - a made-up country
    places, weights = _map()
    found = []
    for number, (_, point) in enumerate(random.choices(places, weights, k=count), 1):
        maximum = random.randint(1, 8)
        found.append(
            Candidate(
                therapist_id=TherapistId(UUID(int=number)),
                standing="active" if random.random() < 0.93 else "paused",
                client_groups=tuple(random.sample(GROUPS, random.randint(1, 6))),
                age_bands=tuple(random.sample(AGES, random.randint(1, 4))),
                legal_stages=tuple(random.sample(STAGES, random.randint(4, 8))),
                child_clearance=random.random() < 0.3,
                point=point,
                radius_km=random.choice((10, 20, 30, 40, 60)),
                online=random.random() < 0.5,
                gender=random.choice(("woman", "woman", "man")),
                languages=("en", *random.sample(("cy", "pl", "ur", "pa", "fr"), random.choice((0, 0, 0, 1)))),
                step_free_access=random.random() < 0.4,
                session_fee=Pence(100 * random.randrange(45, 95, 5)),
                capacity_maximum=maximum,
                capacity_available=min(maximum, random.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 5))),
            )
        )
    return found


def waiting(count: int, *, seed: int = 1) -> list[Case]:
    """So many clients, a third of whom want a room, a third a screen, and a third either."""
    random = Random(f"waiting {seed}")  # noqa: S311 - a made-up country
    places, weights = _map()
    return [
        Case(
            referral_id=ReferralId(UUID(int=(1 << 64) + number)),
            state="open",
            priority=random.choice(PRIORITIES),
            received_at=NOW - timedelta(minutes=random.randrange(60 * 24 * 60)),
            sharing_agreed=True,
            need=Need(
                client_group=random.choice(GROUPS),
                age_band=random.choices(AGES, (1, 2, 6, 12, 3))[0],
                legal_stage=random.choice(STAGES),
                outward_code=outward_code,
                point=point,
                setting=random.choice(SETTINGS),
                therapist_gender=random.choices(("no-preference", "woman", "man"), (7, 2, 1))[0],
                languages=random.choices((("en",), ("pl", "en"), ("cy",)), (20, 2, 1))[0],
                step_free_access=random.random() < 0.05,
                means=random.choice(MEANS),
                affordable_per_session=random.choice((None, Pence(1000), Pence(2000), Pence(3000))),
            ),
        )
        for number, (outward_code, point) in enumerate(random.choices(places, weights, k=count), 1)
    ]
