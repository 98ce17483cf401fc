"""Makes an award larger while it runs: money is looked for at once, approved where it must be, and then promised."""

from dataclasses import dataclass, replace

from services.funding.domain.approvals import ByHand, Proposal
from services.funding.domain.awards import Award, last_day
from services.funding.domain.choice import Case, NotEnough, Split, all_that_is_given
from services.funding.domain.days import day_of
from services.funding.domain.policy import Policy
from services.funding.domain.topping import enlarge, to_cover
from services.funding.handlers.drawing import PAYS, begin_to_draw
from services.funding.handlers.finding import find_money, require_chosen
from services.funding.handlers.posting import move_all, reserve, total
from services.funding.handlers.proposing import band_of, want_approval
from services.funding.store import approvals, awards, drawing, funds, ledger, referrals
from shared.events.funding import SubsidyToppedUp
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import AwardId, FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Wish:
    """So many more sessions, a larger share of the agreed fee for each that is not paid yet, or both."""

    more: int = 0
    share: Pence | None = None
    fund_id: FundId | None = None
    reason: str = ""
    """Why this fund and not the one that the rules would take."""


async def ask_for_more(tx: Transaction, award_id: AwardId, wish: Wish) -> Proposal:
    """Ask for more for a client whose award runs; gives what became of it: granted, to approve, or waiting for money.

    Raises NotFound, Unprocessable for what cannot be asked, and Conflict where the award does not run, more is asked
    for already, or the chosen fund cannot pay.
    """
    award = await awards.award_by_id(tx.db, award_id)
    if award is None:
        raise NotFound("award-unknown", "There is no such award.")
    if award.state not in PAYS:
        raise Conflict(f"award-is-{award.state}", "Only an award that runs can be made larger: approve this one first.")
    if await approvals.open_proposal(tx.db, award_id) is not None:
        raise Conflict("more-asked-already", "More is asked for already. That has to be decided first.")
    if wish.fund_id is not None and not wish.reason.strip():
        raise Unprocessable("reason-missing", "Say why this fund is to pay.")
    policy: Policy = tx.settings.policy
    wanted = enlarge(award, wish.more, wish.share, policy.most_sessions)
    by_hand = ByHand(tx.actor, wish.fund_id, wish.reason)
    await approvals.note_preparation(tx.db, award.referral_id, tx.actor, "top-up", tx.now)
    band = await band_of(tx, Pence(0), by_hand)
    proposal = Proposal(
        proposal_id=tx.new_id(),
        award_id=award_id,
        kind="top-up",
        state="waiting",
        sessions=wanted.sessions,
        contribution=wanted.contribution,
        amount=Pence(0),
        approvers=band.approvers,
        roles=band.roles,
        prepared_by=tx.actor,
        asked_at=tx.now,
        fund_id=wish.fund_id,
    )
    await approvals.add_proposal(tx.db, tx.keys, proposal, award.referral_id, reason=wish.reason, explanation=())
    return await look_for_more(tx, award, proposal)


async def look_for_more(tx: Transaction, award: Award, proposal: Proposal) -> Proposal:
    """Look for the money of a top-up that has none; raises Conflict where the fund that staff chose cannot pay."""
    referral = await referrals.referral_of(tx.db, tx.keys, award.referral_id)
    if referral is None or referral.profile is None or not referral.subsidy_agreed:
        raise Conflict("no-consent", "The client does not agree that a fund is asked, or the referral is closed.")
    person, share = referral.profile.person, Pence(award.fee - proposal.contribution)
    await funds.lock_funds(tx.db, ())
    held = await ledger.held_for(tx.db, award.award_id, "committed")
    paid = len(await drawing.drawn_by_session(tx.db, award.award_id))
    lacking = to_cover(proposal.sessions, share, paid=paid, rests=[total(parts) for parts in held.values()])
    given = await ledger.had_before(tx.db, award.referral_id)
    case = Case(person, lacking, award.fee, proposal.contribution, given, runs_until=award.valid_until)
    found = await find_money(tx, case, first=proposal.fund_id)
    proposal = replace(proposal, amount=case.needed)
    if proposal.fund_id is not None:
        require_chosen(found, proposal.fund_id)
    if isinstance(found, NotEnough):
        await approvals.save_proposal(tx.db, replace(proposal, state="waiting"), tx.now, found.explanation)
        return replace(proposal, state="waiting")
    return await _keep(tx, award, proposal, found, all_that_is_given(case))


async def grant_more(tx: Transaction, award: Award, proposal: Proposal) -> None:
    """Promise what is kept for a top-up; sessions that were held and not paid draw it at once.

    The award becomes good for the policy's time from today, as far as every fund that still pays for it lasts.
    """
    await move_all(tx, award, "commit")
    policy: Policy = tx.settings.policy
    held = await ledger.held_for(tx.db, award.award_id, "committed")
    paying = {part.fund_id for parts in held.values() for part in parts}
    kept = [one.fund for one in await funds.funds_kept(tx.db, paying)]
    today = day_of(tx.now)
    until = max(award.valid_until or today, last_day(today, policy.award_days, paying, kept))
    larger = replace(award, sessions=proposal.sessions, contribution=proposal.contribution, valid_until=until)
    await awards.save_award(tx.db, larger, tx.now)
    await approvals.save_proposal(tx.db, replace(proposal, state="granted"), tx.now)
    await begin_to_draw(tx, larger)
    tx.emit(
        SubsidyToppedUp(
            referral_id=award.referral_id,
            match_id=award.match_id,
            award_id=award.award_id,
            sessions=larger.sessions,
            amount_per_session=larger.share,
            contribution_per_session=proposal.contribution,
            valid_until=until,
        )
    )


async def _keep(tx: Transaction, award: Award, proposal: Proposal, found: Split, given: Pence) -> Proposal:
    band = await band_of(tx, given, ByHand(proposal.prepared_by, proposal.fund_id))
    if found.parts:
        await reserve(tx, award, found.parts)
    kept = replace(
        proposal, state="to-approve" if band.approvers else "granted", approvers=band.approvers, roles=band.roles
    )
    await approvals.save_proposal(tx.db, kept, tx.now, found.explanation)
    if band.approvers:
        want_approval(tx, award, 1)
    else:
        await grant_more(tx, award, kept)
    return kept
