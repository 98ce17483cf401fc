"""What connects clients, as tokens that nobody here can read, and what staff permitted all the same."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from services.matching.domain.conflicts import Token, are_connected, connected_pairs, tokens_from
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId, TherapistId
from shared.privacy import Keyring

REASON = "pair_permission.reason"


async def set_conflict_tokens(db: Connection, referral_id: ReferralId, texts: Iterable[str]) -> None:
    """Keep what connects a client with others, in place of what was kept before."""
    await db.execute("DELETE FROM conflict_token WHERE referral_id = $1", referral_id)
    tokens = [":".join(filter(None, (token.kind, token.base, token.detail))) for token in tokens_from(texts)]
    await db.execute(
        "INSERT INTO conflict_token (referral_id, token) SELECT $1, unnest($2::text[])", referral_id, tokens
    )


async def conflicts_with_cases(
    db: Connection, referral_ids: Collection[ReferralId]
) -> dict[ReferralId, frozenset[TherapistId]]:
    """For each of these referrals the therapists who have or had a client whom something connects with theirs.

    Whoever is asked beside the therapist of a match may become it, and counts as well.
    """
    rows = await db.fetch(
        """
        SELECT DISTINCT ours.referral_id, ours.token, theirs.referral_id AS other, theirs.token AS other_token,
               bound.therapist_id
          FROM conflict_token AS ours
          JOIN conflict_token AS theirs ON theirs.base = ours.base AND theirs.referral_id <> ours.referral_id
          JOIN match ON match.referral_id = theirs.referral_id
                    AND (match.state NOT IN ('declined', 'expired', 'withdrawn')
                         OR EXISTS (SELECT FROM offer
                                     WHERE offer.match_id = match.match_id AND offer.state = 'accepted'))
         CROSS JOIN LATERAL (SELECT match.therapist_id
                              UNION
                             SELECT offer.therapist_id FROM offer
                              WHERE offer.match_id = match.match_id
                                AND offer.state IN ('sent', 'acknowledged', 'declining')) AS bound
         WHERE ours.referral_id = ANY($1::uuid[])
        """,
        list(referral_ids),
    )
    own: dict[tuple[ReferralId, ReferralId], set[Token]] = defaultdict(set)
    others: dict[tuple[ReferralId, ReferralId], set[Token]] = defaultdict(set)
    therapists: dict[tuple[ReferralId, ReferralId], set[TherapistId]] = defaultdict(set)
    for row in rows:
        pair = row["referral_id"], row["other"]
        own[pair].update(tokens_from([row["token"]]))
        others[pair].update(tokens_from([row["other_token"]]))
        therapists[pair].add(row["therapist_id"])
    found: dict[ReferralId, set[TherapistId]] = defaultdict(set)
    for pair, tokens in own.items():
        if are_connected(tokens, others[pair]):
            found[pair[0]].update(therapists[pair])
    return {referral_id: frozenset(of_one) for referral_id, of_one in found.items()}


async def conflicts_among(
    db: Connection, referral_ids: Collection[ReferralId]
) -> frozenset[tuple[ReferralId, ReferralId]]:
    """Every two of these referrals that must not have the same therapist, the smaller id first."""
    rows = await db.fetch(
        "SELECT referral_id, token FROM conflict_token WHERE referral_id = ANY($1::uuid[])", list(referral_ids)
    )
    tokens: dict[ReferralId, set[Token]] = defaultdict(set)
    for row in rows:
        tokens[row["referral_id"]].update(tokens_from([row["token"]]))
    return connected_pairs(tokens)


async def permit_pair(
    db: Connection,
    keys: Keyring,
    pair: tuple[ReferralId, TherapistId],
    rule: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Exempt a pair from one rule; the first permission and its reason stay as they were."""
    key = await key_for(db, keys, pair[0])
    await db.execute(
        """
        INSERT INTO pair_permission (referral_id, therapist_id, rule, reason, permitted_by, permitted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (referral_id, therapist_id, rule) DO NOTHING
        """,
        *pair,
        rule,
        key.encrypt_text(REASON, reason),
        by,
        now,
    )


async def permissions_of(db: Connection, keys: Keyring, referral_id: ReferralId) -> list[tuple[Record, str]]:
    """What staff permitted for a referral, each with its reason; the reason is empty after the client was erased."""
    rows = await db.fetch("SELECT * FROM pair_permission WHERE referral_id = $1 ORDER BY permitted_at", referral_id)
    opened = await keys_of(db, keys, [referral_id]) if rows else {}
    key = opened.get(referral_id)
    return [(row, key.decrypt_text(REASON, row["reason"]) if key else "") for row in rows]
