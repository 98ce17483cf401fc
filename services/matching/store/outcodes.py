"""Where the outward codes are."""

from collections.abc import Mapping

from services.matching.domain.distance import Point
from shared.db import Connection


async def point_of(db: Connection, outward_code: str) -> Point | None:
    """The middle of an outward code; None where it is not known."""
    row = await db.fetchrow("SELECT latitude, longitude FROM outcode WHERE outcode = $1", outward_code)
    return Point(row["latitude"], row["longitude"]) if row else None


async def points_of(db: Connection, outward_codes: set[str]) -> dict[str, Point]:
    """The middles of those of these outward codes that are known."""
    rows = await db.fetch(
        "SELECT outcode, latitude, longitude FROM outcode WHERE outcode = ANY($1::text[])", sorted(outward_codes)
    )
    return {row["outcode"]: Point(row["latitude"], row["longitude"]) for row in rows}


async def replace_all(db: Connection, points: Mapping[str, Point]) -> None:
    """Know exactly these outward codes from now on."""
    await db.execute("DELETE FROM outcode")
    codes = sorted(points)
    await db.execute(
        """
        INSERT INTO outcode (outcode, latitude, longitude)
        SELECT * FROM unnest($1::text[], $2::double precision[], $3::double precision[])
        """,
        codes,
        [points[code].latitude for code in codes],
        [points[code].longitude for code in codes],
    )
