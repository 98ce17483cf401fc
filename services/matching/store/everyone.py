"""Everybody at once, for a match run: the whole register, and what is particular to some clients and therapists."""

from collections.abc import Collection
from dataclasses import replace

from services.matching.domain.gathering import Circumstances
from services.matching.domain.pairing import Candidate
from services.matching.store.candidates import CLIENTS_WISH, candidate_from
from services.matching.store.conflicts import conflicts_among, conflicts_with_cases
from shared.db import Connection
from shared.kernel.ids import ReferralId, TherapistId


async def everyone(db: Connection) -> list[Candidate]:
    """The whole register without those who are gone, as candidates for no client in particular."""
    rows = await db.fetch(
        """
        SELECT t.*, NULL AS asked, NULL::integer AS results, ARRAY[]::text[] AS permitted
          FROM therapist AS t
         WHERE t.standing NOT IN ('removed', 'left')
        """
    )
    return [candidate_from(row, ()) for row in rows]


async def circumstances_of(
    db: Connection, referral_ids: Collection[ReferralId], register: Collection[Candidate]
) -> Circumstances:
    """What these clients and therapists have to do with each other already, and which clients are kept apart."""
    known = {one.therapist_id: one for one in register}
    marked: dict[ReferralId, dict[TherapistId, Candidate]] = {}

    def mark(referral_id: ReferralId, therapist_id: TherapistId, **what: object) -> None:
        if therapist_id in known:
            own = marked.setdefault(referral_id, {})
            own[therapist_id] = replace(own.get(therapist_id, known[therapist_id]), **what)  # type: ignore[arg-type]

    asked = await db.fetch(
        "SELECT referral_id, therapist_id, outcome FROM asked_pair WHERE referral_id = ANY($1::uuid[])",
        list(referral_ids),
    )
    for row in asked:
        vetoed = row["outcome"] == CLIENTS_WISH
        mark(row["referral_id"], row["therapist_id"], asked_before=not vetoed, vetoed=vetoed)
    for referral_id, therapist_ids in (await conflicts_with_cases(db, referral_ids)).items():
        for therapist_id in therapist_ids:
            mark(referral_id, therapist_id, in_conflict=True)
    permitted = await db.fetch(
        """
        SELECT referral_id, therapist_id, array_agg(rule ORDER BY rule) AS rules FROM pair_permission
         WHERE referral_id = ANY($1::uuid[]) GROUP BY referral_id, therapist_id
        """,
        list(referral_ids),
    )
    for row in permitted:
        mark(row["referral_id"], row["therapist_id"], permitted=tuple(row["rules"]))
    results = await db.fetch("SELECT therapist_id, client_group, points FROM strength")
    points = {(TherapistId(row["therapist_id"]), str(row["client_group"])): int(row["points"]) for row in results}
    apart = tuple(sorted(await conflicts_among(db, referral_ids)))
    return Circumstances(marked, apart, points)
