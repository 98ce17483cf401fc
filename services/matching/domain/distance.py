"""How far two places are apart, as the crow flies."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""The mean radius of the International Union of Geodesy and Geophysics."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place by its latitude and longitude, in degrees."""

    latitude: float
    longitude: float


def kilometres_between(here: Point, there: Point) -> float:
    """The great-circle distance by the haversine formula, rounded to 100 metres so that a replay cannot differ."""
    rise = radians(there.latitude - here.latitude)
    turn = radians(there.longitude - here.longitude)
    chord = sin(rise / 2) ** 2 + cos(radians(here.latitude)) * cos(radians(there.latitude)) * sin(turn / 2) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord))), 1)
