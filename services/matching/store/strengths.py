"""How finished therapies went: counts that are readable with the therapist's key only, and the points made of them."""

import json

from services.matching.domain.strengths import Tally, strengths
from services.matching.domain.vocabulary import ClientGroup
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection
from shared.kernel.ids import MatchId, TherapistId
from shared.privacy import Keyring

COLUMN = "outcome_count.counts"


async def count_outcome(
    db: Connection, keys: Keyring, match_id: MatchId, case: tuple[TherapistId, ClientGroup], *, well: bool
) -> bool:
    """Count a finished case once, and find the points of its client group anew; False where it was counted before.

    One at a time, because the points of one therapist depend on the cases of all.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('matching outcomes', 7))")
    fresh = await db.fetchval(
        "INSERT INTO outcome_counted (match_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", match_id
    )
    if not fresh:
        return False
    therapist_id, client_group = case
    tallies = await _tallies(db, keys)
    own = tallies.setdefault(therapist_id, {})
    own[client_group] = own.get(client_group, Tally()).with_one(well=well)
    key = await key_for(db, keys, therapist_id)
    kept = {group: [tally.finished, tally.well] for group, tally in own.items()}
    await db.execute(
        """
        INSERT INTO outcome_count (therapist_id, counts) VALUES ($1, $2)
        ON CONFLICT (therapist_id) DO UPDATE SET counts = excluded.counts
        """,
        therapist_id,
        key.encrypt_text(COLUMN, json.dumps(kept)),
    )
    of_group = {therapist: groups[client_group] for therapist, groups in tallies.items() if client_group in groups}
    await _keep_points(db, client_group, strengths(of_group))
    return True


async def _tallies(db: Connection, keys: Keyring) -> dict[TherapistId, dict[str, Tally]]:
    rows = await db.fetch("SELECT therapist_id, counts FROM outcome_count")
    opened = await keys_of(db, keys, [row["therapist_id"] for row in rows])
    found: dict[TherapistId, dict[str, Tally]] = {}
    for row in rows:
        if key := opened.get(row["therapist_id"]):
            counts: dict[str, list[int]] = json.loads(key.decrypt_text(COLUMN, row["counts"]))
            found[row["therapist_id"]] = {group: Tally(*pair) for group, pair in counts.items()}
    return found


async def _keep_points(db: Connection, client_group: ClientGroup, points: dict[TherapistId, int]) -> None:
    await db.execute("DELETE FROM strength WHERE client_group = $1", client_group)
    await db.execute(
        """
        INSERT INTO strength (therapist_id, client_group, points) SELECT unnest($1::uuid[]), $2, unnest($3::integer[])
        """,
        list(points),
        client_group,
        list(points.values()),
    )
