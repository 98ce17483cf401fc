"""Clients' needs and therapists for tests of the rules: a pair that fits, unless a test says otherwise."""

from typing import Any, get_args
from uuid import UUID

from services.matching.domain.distance import Point
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.scoring import Weights
from services.matching.domain.vocabulary import LegalStage
from shared.kernel.ids import TherapistId

TORQUAY = Point(50.4619, -3.5253)
EXETER = Point(50.7184, -3.5339)
ABERDEEN = Point(57.1497, -2.0943)
WEIGHTS = Weights(version=1, distance=40, fee=25, free_places=20, specialism=15)


def a_need(**changes: Any) -> Need:
    """A client in Torquay who wants a room."""
    plain: dict[str, Any] = {
        "client_group": "thoughts",
        "age_band": "26-64",
        "outward_code": "TQ1",
        "point": TORQUAY,
        "setting": "in-person",
    }
    return Need(**{**plain, **changes})


def a_candidate(number: int = 1, **changes: Any) -> Candidate:
    """A therapist in Exeter who fits that client."""
    plain: dict[str, Any] = {
        "therapist_id": TherapistId(UUID(int=number)),
        "standing": "active",
        "client_groups": ("thoughts", "images"),
        "age_bands": ("18-25", "26-64"),
        "legal_stages": get_args(LegalStage),
        "child_clearance": False,
        "point": EXETER,
        "radius_km": 40,
        "online": False,
        "gender": "woman",
        "languages": ("en",),
        "step_free_access": False,
        "session_fee": 6000,
        "capacity_maximum": 3,
        "capacity_available": 2,
    }
    return Candidate(**{**plain, **changes})
