"""A therapist's places: how many in all, how many are free, how many our clients have."""

from dataclasses import dataclass
from datetime import date

MOST_PLACES = 200


@dataclass(frozen=True, slots=True)
class Capacity:
    """Places as said on a day; `held` are those of our own clients, asked or in therapy."""

    maximum: int
    available: int
    held: int
    as_of: date


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a number of places cannot be so."""

    code: str
    sentence: str


def changed_capacity(present: Capacity, *, maximum: int, available: int, on: date) -> Capacity | Refused:
    """The places as they will be, or why not: never fewer than our clients have, or more free than there are."""
    if not 0 <= maximum <= MOST_PLACES or available < 0:
        return Refused("capacity-out-of-range", f"Enter places from 0 to {MOST_PLACES}.")
    if maximum < present.held:
        return Refused(
            "capacity-below-open-cases",
            f"{present.held} of the places are taken by our clients, so fewer than {present.held} cannot be.",
        )
    if available + present.held > maximum:
        return Refused(
            "more-free-than-there-are",
            f"With {maximum} in all and {present.held} taken, at most {maximum - present.held} can be free.",
        )
    return Capacity(maximum, available, present.held, on)
