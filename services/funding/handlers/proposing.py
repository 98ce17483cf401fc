"""Puts money that is kept to those who approve it."""

from dataclasses import replace

from services.funding.domain.approvals import ApprovalPolicy, Band, ByHand, Proposal, policy_on
from services.funding.domain.awards import Award, require_move
from services.funding.domain.choice import Split
from services.funding.domain.days import day_of
from services.funding.handlers.posting import total
from services.funding.store import approvals, awards
from shared.events.funding import SubsidyApprovalDecided, SubsidyApprovalWanted
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

RULES = ByHand("system")


async def band_of(tx: Transaction, amount: Pence, by_hand: ByHand) -> Band:
    """Who agrees to this sum for one client today; a fund that staff chose always takes a second person."""
    policy: ApprovalPolicy = policy_on(await approvals.approval_policies(tx.db), day_of(tx.now))
    return policy.band_with_four_eyes(amount) if by_hand.fund_id is not None else policy.band_for(amount)


async def put_award(tx: Transaction, award: Award, found: Split, band: Band, by_hand: ByHand) -> None:
    """Let an award wait until enough people have agreed; its money is kept already."""
    require_move(award.state, "to-approve")
    asked = replace(award, state="to-approve", waits_for=None, shortfall=None, valid_until=None)
    await awards.save_award(tx.db, asked, tx.now, found.explanation)
    proposal = Proposal(
        proposal_id=tx.new_id(),
        award_id=award.award_id,
        kind="award",
        state="to-approve",
        sessions=award.sessions,
        contribution=award.contribution or Pence(0),
        amount=total(found.parts),
        approvers=band.approvers,
        roles=band.roles,
        prepared_by=by_hand.actor,
        asked_at=tx.now,
        fund_id=by_hand.fund_id,
    )
    await approvals.add_proposal(
        tx.db, tx.keys, proposal, award.referral_id, reason=by_hand.reason, explanation=found.explanation
    )
    want_approval(tx, award, 1)


def want_approval(tx: Transaction, award: Award, level: int) -> None:
    """Tell that somebody has to agree."""
    tx.emit(
        SubsidyApprovalWanted(
            referral_id=award.referral_id, match_id=award.match_id, award_id=award.award_id, level=level
        )
    )


def tell_decision(tx: Transaction, award: Award, *, approved: bool) -> None:
    """Tell that enough people agreed, or that it came to nothing."""
    tx.emit(
        SubsidyApprovalDecided(
            referral_id=award.referral_id, match_id=award.match_id, award_id=award.award_id, approved=approved
        )
    )
