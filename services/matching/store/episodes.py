"""What was noted of each therapy; reasons and reports are readable only with the referral's own key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.matching.domain.cases import Match
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, TherapistId
from shared.privacy import Keyring

Step = Literal["contact", "started", "reviewed", "concern", "ended"]


@dataclass(frozen=True, slots=True)
class Episode:
    """A therapy's dates, and what was written; texts are empty where there are none or the client was erased."""

    contact_at: datetime | None = None
    started_at: datetime | None = None
    reviewed_at: datetime | None = None
    concern_at: datetime | None = None
    ended_at: datetime | None = None
    more_wanted_at: datetime | None = None
    more_reason: str = ""
    report: str = ""


async def note_step(db: Connection, match_id: MatchId, step: Step, now: datetime) -> None:
    """Note that a step was taken; of several of one kind the latest counts."""
    await db.execute(
        """
        INSERT INTO episode AS e (match_id, contact_at, started_at, reviewed_at, concern_at, ended_at)
        VALUES ($1, CASE $2 WHEN 'contact' THEN $3::timestamptz END, CASE $2 WHEN 'started' THEN $3::timestamptz END,
                CASE $2 WHEN 'reviewed' THEN $3::timestamptz END, CASE $2 WHEN 'concern' THEN $3::timestamptz END,
                CASE $2 WHEN 'ended' THEN $3::timestamptz END)
        ON CONFLICT (match_id) DO UPDATE
           SET contact_at = coalesce(excluded.contact_at, e.contact_at),
               started_at = coalesce(excluded.started_at, e.started_at),
               reviewed_at = coalesce(excluded.reviewed_at, e.reviewed_at),
               concern_at = coalesce(excluded.concern_at, e.concern_at),
               ended_at = coalesce(excluded.ended_at, e.ended_at)
        """,
        match_id,
        step,
        now,
    )


async def want_more(db: Connection, keys: Keyring, match: Match, reason: str, now: datetime) -> None:
    """Keep that more sessions are asked for, and why."""
    key = await key_for(db, keys, match.referral_id)
    await db.execute(
        """
        INSERT INTO episode (match_id, more_wanted_at, more_reason) VALUES ($1, $2, $3)
        ON CONFLICT (match_id) DO UPDATE
           SET more_wanted_at = excluded.more_wanted_at, more_reason = excluded.more_reason
        """,
        match.match_id,
        now,
        key.encrypt_text("episode.more_reason", reason),
    )


async def settle_more(db: Connection, match_id: MatchId, planned: int) -> None:
    """Answer a request for more sessions with how many are planned from now on."""
    await db.execute("UPDATE match SET sessions_planned = $2 WHERE match_id = $1", match_id, planned)
    await db.execute("UPDATE episode SET more_wanted_at = NULL, more_reason = NULL WHERE match_id = $1", match_id)


async def keep_report(db: Connection, keys: Keyring, match: Match, report: str) -> None:
    """Keep the report at the end of a therapy."""
    key = await key_for(db, keys, match.referral_id)
    kept = key.encrypt_text("episode.report", report)
    await db.execute("UPDATE episode SET report = $2 WHERE match_id = $1", match.match_id, kept)


async def episode_of(db: Connection, keys: Keyring, match: Match) -> Episode:
    """What was noted of a match's therapy; nothing at all at first."""
    row = await db.fetchrow("SELECT * FROM episode WHERE match_id = $1", match.match_id)
    if row is None:
        return Episode()
    opened = (await keys_of(db, keys, [match.referral_id])).get(match.referral_id)
    texts = {
        name: opened.decrypt_text(f"episode.{name}", row[name]) if opened and row[name] else ""
        for name in ("more_reason", "report")
    }
    kept: dict[str, Any] = {name: row[name] for name in Episode.__dataclass_fields__}
    return Episode(**{**kept, **texts})


async def episode_rows(db: Connection, *, show: str, therapist: str, limit: int) -> list[Record]:
    """Therapies for the list, with how many sessions each has had and which comes next.

    `show` is running, over, or wants-more; `therapist` is the end of a therapist's id as people say it, or empty.
    """
    rows: list[Record] = await db.fetch(
        """
        SELECT match.match_id, match.referral_id, match.therapist_id, match.state, match.sessions_planned,
               episode.contact_at, episode.started_at, episode.ended_at, episode.more_wanted_at,
               count(s.session_id) FILTER (WHERE s.state IN ('attended', 'attended-late')) AS held,
               min(s.starts_at) FILTER (WHERE s.state = 'booked') AS next_at,
               max(s.recorded_at) AS last_at
          FROM match
          LEFT JOIN episode USING (match_id)
          LEFT JOIN therapy_session AS s USING (match_id)
         WHERE CASE $1 WHEN 'over' THEN match.state IN ('completed', 'ended-early')
                       WHEN 'wants-more' THEN episode.more_wanted_at IS NOT NULL AND match.state = 'in-therapy'
                       ELSE match.state IN ('accepted', 'in-therapy') END
           AND ($2 = '' OR right(match.therapist_id::text, length($2)) = lower($2))
         GROUP BY match.match_id, episode.match_id
         ORDER BY match.changed_at DESC, match.match_id
         LIMIT $3
        """,
        show,
        therapist,
        limit,
    )
    return rows


async def offers_open_to(db: Connection, therapist_id: TherapistId) -> list[Record]:
    """What a therapist is asked and has not answered, the most pressing first."""
    rows: list[Record] = await db.fetch(
        """
        SELECT offer.offer_id, offer.match_id, offer.state AS offer_state, offer.reply_by, need.priority
          FROM offer JOIN match USING (match_id) JOIN need USING (referral_id)
         WHERE offer.therapist_id = $1 AND offer.state IN ('sent', 'acknowledged') AND match.state = 'offered'
         ORDER BY offer.reply_by, offer.offer_id
        """,
        therapist_id,
    )
    return rows


async def cases_of_therapist(db: Connection, therapist_id: TherapistId, ended_after: datetime) -> list[Record]:
    """A therapist's clients with how many sessions they have had and the next one; those who ended only lately."""
    rows: list[Record] = await db.fetch(
        """
        SELECT match.match_id, match.state, match.setting, match.sessions_planned, match.changed_at,
               episode.contact_at,
               count(s.session_id) FILTER (WHERE s.state IN ('attended', 'attended-late')) AS held,
               min(s.starts_at) FILTER (WHERE s.state = 'booked') AS next_at
          FROM match
          LEFT JOIN episode USING (match_id)
          LEFT JOIN therapy_session AS s USING (match_id)
         WHERE match.therapist_id = $1
           AND (match.state IN ('accepted', 'in-therapy')
                OR match.state IN ('completed', 'ended-early') AND match.changed_at > $2)
         GROUP BY match.match_id, episode.match_id
         ORDER BY match.proposed_at, match.match_id
        """,
        therapist_id,
        ended_after,
    )
    return rows
