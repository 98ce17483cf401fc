"""Finds the therapists who could come into question for a client, by an index and not by scanning the register."""

from collections.abc import Collection
from math import cos, radians

from services.matching.domain.distance import Point
from services.matching.domain.pairing import Candidate, Need
from services.matching.store.conflicts import conflicts_with_cases
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId, TherapistId

MARGIN_KM = 25
"""Therapists whose travel radius is too small by no more than this are looked at too, to say why not."""

CLIENTS_WISH = "client-wish"
"""The outcome under which a pair is kept whom the client does not want, or no longer."""
NOBODY: frozenset[TherapistId] = frozenset()


async def candidates_for(db: Connection, referral_id: ReferralId, need: Need) -> list[Candidate]:
    """Every therapist in or near whose travel radius the client lives, or who works online if that is wanted."""
    west, south, east, north = _around(need.point) if need.point else (0.0, 0.0, 0.0, 0.0)
    rows = await db.fetch(
        """
        SELECT t.*, asked.outcome AS asked, strength.points AS results,
               ARRAY(SELECT rule FROM pair_permission AS permission
                      WHERE permission.therapist_id = t.therapist_id AND permission.referral_id = $1
                      ORDER BY rule) AS permitted
          FROM therapist AS t
          LEFT JOIN asked_pair AS asked ON asked.therapist_id = t.therapist_id AND asked.referral_id = $1
          LEFT JOIN strength ON strength.therapist_id = t.therapist_id AND strength.client_group = $8
         WHERE (($2 AND t.reach && box(point($3, $4), point($5, $6))) OR ($7 AND t.online))
           AND t.standing NOT IN ('removed', 'left')
         ORDER BY t.therapist_id
        """,
        referral_id,
        need.in_person and need.point is not None,
        west,
        south,
        east,
        north,
        need.online,
        need.client_group,
    )
    conflicts = await conflicts_with_cases(db, [referral_id])
    return [candidate_from(row, conflicts.get(referral_id, NOBODY)) for row in rows]


async def as_candidate(
    db: Connection, referral_ids: Collection[ReferralId], therapist_id: TherapistId
) -> dict[ReferralId, Candidate]:
    """One therapist as a candidate for each of these referrals, for the rules: without past results."""
    rows = await db.fetch(
        """
        SELECT t.*, wanted.referral_id, asked.outcome AS asked, NULL::integer AS results,
               ARRAY(SELECT rule FROM pair_permission AS permission
                      WHERE permission.therapist_id = t.therapist_id AND permission.referral_id = wanted.referral_id
                      ORDER BY rule) AS permitted
          FROM unnest($1::uuid[]) AS wanted (referral_id)
         CROSS JOIN therapist AS t
          LEFT JOIN asked_pair AS asked
            ON asked.therapist_id = t.therapist_id AND asked.referral_id = wanted.referral_id
         WHERE t.therapist_id = $2
        """,
        list(referral_ids),
        therapist_id,
    )
    conflicts = await conflicts_with_cases(db, referral_ids)
    return {row["referral_id"]: candidate_from(row, conflicts.get(row["referral_id"], NOBODY)) for row in rows}


def _around(point: Point) -> tuple[float, float, float, float]:
    rise = MARGIN_KM / 110.0
    turn = MARGIN_KM / (110.0 * cos(radians(point.latitude)))
    return point.longitude - turn, point.latitude - rise, point.longitude + turn, point.latitude + rise


def candidate_from(row: Record, in_conflict: Collection[TherapistId]) -> Candidate:
    """A therapist's row with `asked`, `results` and `permitted`, as a candidate; and who is in conflict."""
    return Candidate(
        therapist_id=row["therapist_id"],
        standing=row["standing"],
        client_groups=tuple(row["client_groups"]),
        age_bands=tuple(row["age_bands"]),
        legal_stages=tuple(row["legal_stages"]),
        child_clearance=row["child_clearance"],
        point=Point(row["latitude"], row["longitude"]),
        radius_km=row["radius_km"],
        online=row["online"],
        gender=row["gender"],
        languages=tuple(row["languages"]),
        step_free_access=row["step_free_access"],
        session_fee=row["session_fee"],
        capacity_maximum=row["capacity_maximum"],
        capacity_available=row["capacity_available"],
        fees_overdue=row["fees_overdue"],
        asked_before=row["asked"] not in (None, CLIENTS_WISH),
        vetoed=row["asked"] == CLIENTS_WISH,
        in_conflict=row["therapist_id"] in in_conflict,
        permitted=tuple(row["permitted"]),
        results=row["results"],
    )
