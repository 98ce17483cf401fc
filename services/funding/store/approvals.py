"""Who must agree to what, what is put to them, what they said, and who had a hand in it before."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from services.funding.domain.approvals import ApprovalPolicy, Band, Preparation, Proposal, ProposalState
from services.funding.domain.choice import Considered
from services.funding.store.funds import lock_money
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.ids import AwardId, ReferralId
from shared.privacy import Keyring

CHOSEN_BECAUSE, DECIDED_BECAUSE = "proposal.reason", "approval.reason"


@dataclass(frozen=True, slots=True)
class Decided:
    """What one person said about a proposal; `reason` is empty where there was none, or where it was erased."""

    level: int
    agreed: bool
    actor: str
    decided_at: datetime
    reason: str


async def approval_policies(db: Connection) -> list[ApprovalPolicy]:
    """Every policy there was or will be, the first first."""
    rows = await db.fetch(
        "SELECT valid_from, up_to, approvers, roles FROM approval_policy ORDER BY valid_from, up_to NULLS LAST"
    )
    bands: dict[date, list[Band]] = defaultdict(list)
    for row in rows:
        bands[row["valid_from"]].append(Band(row["up_to"], row["approvers"], frozenset(row["roles"])))
    return [ApprovalPolicy(valid_from, tuple(found)) for valid_from, found in bands.items()]


async def add_proposal(
    db: Connection,
    keys: Keyring,
    proposal: Proposal,
    referral_id: ReferralId,
    *,
    reason: str,
    explanation: Sequence[Considered],
) -> None:
    """Keep what is put to those who approve; the reason for another fund goes under the client's own key."""
    sealed = (await key_for(db, keys, referral_id)).encrypt_text(CHOSEN_BECAUSE, reason) if reason else None
    await db.execute(
        """
        INSERT INTO proposal (proposal_id, award_id, kind, state, sessions, contribution, amount, approvers, roles,
                              fund_id, reason, prepared_by, explanation, asked_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
        """,
        proposal.proposal_id,
        proposal.award_id,
        proposal.kind,
        proposal.state,
        proposal.sessions,
        proposal.contribution,
        proposal.amount,
        proposal.approvers,
        sorted(proposal.roles),
        proposal.fund_id,
        sealed,
        proposal.prepared_by,
        [{**asdict(one), "fund_id": str(one.fund_id)} for one in explanation],
        proposal.asked_at,
    )


async def save_proposal(
    db: Connection, proposal: Proposal, now: datetime, explanation: Sequence[Considered] | None = None
) -> None:
    """Keep how far a proposal has got; an explanation replaces the one before."""
    await db.execute(
        """
        UPDATE proposal
           SET state = $2, amount = $3, approvers = $4, roles = $5, changed_at = $6,
               explanation = coalesce($7, explanation)
         WHERE proposal_id = $1
        """,
        proposal.proposal_id,
        proposal.state,
        proposal.amount,
        proposal.approvers,
        sorted(proposal.roles),
        now,
        None if explanation is None else [{**asdict(one), "fund_id": str(one.fund_id)} for one in explanation],
    )


async def close_proposals(db: Connection, award_id: AwardId, state: ProposalState, now: datetime) -> None:
    """End whatever is open for an award."""
    await db.execute(
        """
        UPDATE proposal SET state = $2, changed_at = $3 WHERE award_id = $1 AND state IN ('waiting', 'to-approve')
        """,
        award_id,
        state,
        now,
    )


async def proposal_by_id(db: Connection, proposal_id: UUID) -> Proposal | None:
    """One proposal, locked until the transaction ends, after all money."""
    await lock_money(db)
    row = await db.fetchrow("SELECT * FROM proposal WHERE proposal_id = $1 FOR NO KEY UPDATE", proposal_id)
    return proposal_from(row) if row else None


async def referral_of_proposal(db: Connection, proposal_id: UUID) -> ReferralId | None:
    """Whose money a proposal is about."""
    found: ReferralId | None = await db.fetchval(
        "SELECT referral_id FROM proposal JOIN award USING (award_id) WHERE proposal_id = $1", proposal_id
    )
    return found


async def open_proposal(db: Connection, award_id: AwardId) -> Proposal | None:
    """What is open for an award, locked until the transaction ends; there is one at a time."""
    row = await db.fetchrow(
        "SELECT * FROM proposal WHERE award_id = $1 AND state IN ('waiting', 'to-approve') FOR NO KEY UPDATE", award_id
    )
    return proposal_from(row) if row else None


async def note_decision(
    db: Connection, keys: Keyring, proposal: Proposal, referral_id: ReferralId, decided: Decided
) -> None:
    """Keep what somebody said at one level, once for ever; a reason goes under the client's own key."""
    reason = decided.reason
    sealed = (await key_for(db, keys, referral_id)).encrypt_text(DECIDED_BECAUSE, reason) if reason else None
    await db.execute(
        """
        INSERT INTO approval (proposal_id, level, agreed, actor, reason, decided_at) VALUES ($1, $2, $3, $4, $5, $6)
        """,
        proposal.proposal_id,
        decided.level,
        decided.agreed,
        decided.actor,
        sealed,
        decided.decided_at,
    )


async def decisions_on(db: Connection, proposal_id: UUID) -> dict[int, str]:
    """Who decided at which level so far."""
    rows = await db.fetch("SELECT level, actor FROM approval WHERE proposal_id = $1", proposal_id)
    return {row["level"]: row["actor"] for row in rows}


async def note_preparation(
    db: Connection, referral_id: ReferralId, actor: str, what: Preparation, now: datetime
) -> None:
    """Note that somebody had a hand in what a client is to get: they may not approve it."""
    await db.execute(
        """
        INSERT INTO preparation (referral_id, actor, what, prepared_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
        """,
        referral_id,
        actor,
        what,
        now,
    )


async def prepared_by(db: Connection, referral_id: ReferralId) -> Collection[str]:
    """Everybody who had a hand in it: in sessions, fund or top-up, or in what the client was found able to pay."""
    rows = await db.fetch(
        """
        SELECT actor FROM preparation WHERE referral_id = $1
        UNION
        SELECT unnest(ARRAY[answered_by, evidence_by, decided_by]) FROM means_test WHERE referral_id = $1
        """,
        referral_id,
    )
    return {row["actor"] for row in rows}


def proposal_from(row: Record) -> Proposal:
    """The proposal that a row of the table holds."""
    kept = {name: row[name] for name in Proposal.__dataclass_fields__}
    return Proposal(**{**kept, "roles": frozenset(row["roles"])})
