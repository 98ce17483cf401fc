"""Reads outward codes with their centroids from a list of them, or from full postcodes to be averaged."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.matching.domain.distance import Point
from services.matching.domain.registration import OUTWARD_CODE

FEWEST = 2000
"""The United Kingdom has nearly 3,000 outward codes; a file with far fewer is not the whole of it."""
_POSTCODE_COLUMNS = ("outcode", "pcds", "pcd7", "pcd8", "pcd", "postcode")
_LATITUDE_COLUMNS = ("latitude", "lat")
_LONGITUDE_COLUMNS = ("longitude", "long", "lon")


@dataclass(frozen=True, slots=True)
class NotOutcodes:
    """Why a file cannot be used."""

    sentence: str


def outcodes_from(header: Iterable[str], rows: Iterable[Mapping[str, str]]) -> dict[str, Point] | NotOutcodes:
    """The middle of each outward code; rows without a place in the United Kingdom are passed over."""
    names = {name.strip().lower(): name for name in header}
    columns = [_first(names, choices) for choices in (_POSTCODE_COLUMNS, _LATITUDE_COLUMNS, _LONGITUDE_COLUMNS)]
    code_column, latitude_column, longitude_column = columns
    if code_column is None or latitude_column is None or longitude_column is None:
        return NotOutcodes("The file needs columns for the postcode or outward code, the latitude and the longitude.")
    sums: dict[str, tuple[float, float, int]] = {}
    for row in rows:
        code = outward_part(row[code_column] or "")
        point = _point(row[latitude_column], row[longitude_column])
        if code and point:
            latitude, longitude, count = sums.get(code, (0.0, 0.0, 0))
            sums[code] = (latitude + point.latitude, longitude + point.longitude, count + 1)
    if len(sums) < FEWEST:
        return NotOutcodes(
            f"The file has {len(sums)} outward codes; a whole one has nearly 3,000. Nothing was changed."
        )
    return {code: Point(round(north / n, 4), round(east / n, 4)) for code, (north, east, n) in sums.items()}


def outward_part(text: str) -> str | None:
    """The outward code of a postcode, or an outward code itself; None where it is neither."""
    tidy = text.strip().upper()
    first = tidy.split(" ")[0]
    code = re.sub(r"[0-9][A-Z]{2}$", "", first) if first == tidy and len(tidy) > 4 else first
    return code if OUTWARD_CODE.fullmatch(code) else None


def _first(names: Mapping[str, str], choices: Iterable[str]) -> str | None:
    return next((names[choice] for choice in choices if choice in names), None)


def _point(latitude: str, longitude: str) -> Point | None:
    try:
        point = Point(float(latitude), float(longitude))
    except (TypeError, ValueError):
        return None
    return point if 49 <= point.latitude <= 61.5 and -9 <= point.longitude <= 3 else None
