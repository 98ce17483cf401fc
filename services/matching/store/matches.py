"""Matches, and which therapists were asked for which clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.matching.domain.cases import Match
from services.matching.domain.matches import LIVE, MatchState
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, ReferralId, TherapistId
from shared.kernel.money import Pence

_COLUMNS = (
    "match_id", "referral_id", "therapist_id", "state", "setting", "session_fee", "sessions_planned",
    "subsidy", "contribution", "proposed_at", "changed_at", "end_reason",
)  # fmt: skip


async def add_matches(db: Connection, matches: Sequence[Match]) -> None:
    """Keep new matches; the table lets a referral have one that is live."""
    await db.execute(
        """
        INSERT INTO match (match_id, referral_id, therapist_id, state, setting, session_fee, sessions_planned,
                           subsidy, contribution, proposed_at, changed_at, end_reason)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::integer[], $7::integer[],
                             $8::integer[], $9::integer[], $10::timestamptz[], $11::timestamptz[], $12::text[])
        """,
        *([getattr(match, column) for match in matches] for column in _COLUMNS),
    )


async def live_match_of(db: Connection, referral_id: ReferralId) -> Match | None:
    """The one match of a referral that has not ended."""
    row = await db.fetchrow(
        "SELECT * FROM match WHERE referral_id = $1 AND state = ANY($2::text[])", referral_id, sorted(LIVE)
    )
    return _match(row) if row else None


async def match_by_id(db: Connection, match_id: MatchId) -> Match | None:
    """A match, in whatever state."""
    row = await db.fetchrow("SELECT * FROM match WHERE match_id = $1", match_id)
    return _match(row) if row else None


async def set_match_state(
    db: Connection, match_id: MatchId, state: MatchState, now: datetime, *, reason: str | None = None
) -> None:
    """Move a match; the caller has asked the table of moves."""
    await db.execute(
        "UPDATE match SET state = $2, changed_at = $3, end_reason = $4 WHERE match_id = $1",
        match_id,
        state,
        now,
        reason,
    )


async def set_funding(db: Connection, match_id: MatchId, *, sessions: int, subsidy: Pence, contribution: Pence) -> None:
    """Note what funding pays and the client adds, a session, and for how many."""
    await db.execute(
        "UPDATE match SET sessions_planned = $2, subsidy = $3, contribution = $4 WHERE match_id = $1",
        match_id,
        sessions,
        subsidy,
        contribution,
    )


async def give_match_to(db: Connection, match_id: MatchId, therapist_id: TherapistId) -> None:
    """Let another of those who were asked be the therapist of a match; their place is kept already."""
    await db.execute("UPDATE match SET therapist_id = $2 WHERE match_id = $1", match_id, therapist_id)


async def set_fee(db: Connection, match_id: MatchId, *, fee: Pence, subsidy: Pence, contribution: Pence) -> None:
    """Note the fee of the therapist who accepted, and who pays it."""
    await db.execute(
        "UPDATE match SET session_fee = $2, subsidy = $3, contribution = $4 WHERE match_id = $1",
        match_id,
        fee,
        subsidy,
        contribution,
    )


async def note_asked(
    db: Connection, referral_id: ReferralId, therapist_id: TherapistId, *, outcome: str, for_ever: bool, now: datetime
) -> None:
    """Never ask this therapist for this client again: in this episode, or for ever. A client's wish stays one."""
    await db.execute(
        """
        INSERT INTO asked_pair (referral_id, therapist_id, outcome, for_ever, asked_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (referral_id, therapist_id) DO UPDATE
           SET outcome = excluded.outcome, for_ever = asked_pair.for_ever OR excluded.for_ever,
               asked_at = excluded.asked_at
         WHERE asked_pair.outcome <> 'client-wish'
        """,
        referral_id,
        therapist_id,
        outcome,
        for_ever,
        now,
    )


async def matches_before_acceptance(db: Connection, therapist_id: TherapistId) -> list[tuple[MatchId, ReferralId]]:
    """The matches that a therapist was or will be asked about, and has not accepted yet."""
    rows = await db.fetch(
        """
        SELECT match_id, referral_id FROM match
         WHERE state IN ('proposed', 'waiting-for-funds', 'offered')
           AND (therapist_id = $1 OR EXISTS (
               SELECT FROM offer WHERE offer.match_id = match.match_id AND offer.therapist_id = $1
                  AND offer.state IN ('sent', 'acknowledged', 'declining')))
         ORDER BY match_id
        """,
        therapist_id,
    )
    return [(row["match_id"], row["referral_id"]) for row in rows]


async def open_cases_of(db: Connection, therapist_id: TherapistId) -> list[Match]:
    """The matches of a therapist that have not ended, the oldest first."""
    rows = await db.fetch(
        "SELECT * FROM match WHERE therapist_id = $1 AND state = ANY($2::text[]) ORDER BY proposed_at, match_id",
        therapist_id,
        sorted(LIVE),
    )
    return [_match(row) for row in rows]


async def begin_new_episode(db: Connection, referral_id: ReferralId) -> None:
    """Let therapists be asked again who said no only for the episode that is over, and clocks begin anew."""
    await db.execute("DELETE FROM asked_pair WHERE referral_id = $1 AND NOT for_ever", referral_id)
    await db.execute("UPDATE need SET episode = episode + 1 WHERE referral_id = $1", referral_id)


async def latest_matches(db: Connection, *, states: Sequence[str], limit: int) -> list[Record]:
    """Matches with their offers for the page, the last changed first; all states where none is named."""
    rows: list[Record] = await db.fetch(
        """
        SELECT match.*, offer.reply_by, offer.state AS offer_state, need.priority
          FROM match
          JOIN need USING (referral_id)
          LEFT JOIN offer USING (match_id, therapist_id)
         WHERE cardinality($1::text[]) = 0 OR match.state = ANY($1::text[])
         ORDER BY match.changed_at DESC, match.match_id
         LIMIT $2
        """,
        list(states),
        limit,
    )
    return rows


def _match(row: Record) -> Match:
    values: dict[str, Any] = {column: row[column] for column in _COLUMNS}
    return Match(**values)
