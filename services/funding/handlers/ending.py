"""Ends awards: what is kept and not spent goes back to its funds at once, and others who wait are looked at."""

from dataclasses import replace
from typing import Literal

from services.funding.domain.awards import OVER, Award, AwardState, require_move
from services.funding.handlers.deciding import LOOK_AGAIN, decide, wait, wait_for_another_look
from services.funding.handlers.drawing import AWARD_LAPSES, PAYS
from services.funding.handlers.posting import move_all
from services.funding.handlers.proposing import tell_decision
from services.funding.handlers.releasing import give_back
from services.funding.handlers.waking import wake_waiting
from services.funding.store import approvals, awards
from shared.events.codes import MatchEnd
from shared.kernel.ids import AwardId
from shared.messaging.transaction import Transaction


async def end_award(
    tx: Transaction, award: Award, reason: MatchEnd | None, as_state: Literal["ended", "finished"] = "ended"
) -> None:
    """End an award, from whatever state it is in; nothing happens where it has ended before."""
    if award.state in OVER:
        return
    await _end(tx, award, reason, as_state)


async def take_back_consent(tx: Transaction, award: Award) -> None:
    """The client no longer wants a fund to be asked: what is committed ends, the rest waits for them to agree again."""
    if award.state in PAYS:
        await end_award(tx, award, "consent-withdrawn")
    elif award.state in ("reserved", "waiting", "to-approve"):
        freed = await give_back(tx, award, "consent-withdrawn")
        await approvals.close_proposals(tx.db, award.award_id, "withdrawn", tx.now)
        await wait(tx, replace(award, waits_for="consent", shortfall=award.needed, valid_until=None))
        await wake_waiting(tx, freed)


async def let_reservation_expire(tx: Transaction, award_id: AwardId) -> None:
    """Nobody answered for too long: the money helps somebody else.

    An acceptance that still comes is decided anew. What nobody approved in time keeps its place and is looked at again;
    where staff had chosen another fund, the rules decide.
    """
    award = await awards.award_by_id(tx.db, award_id)
    if award is None:
        return
    proposal = await approvals.open_proposal(tx.db, award_id)
    if award.state == "reserved":
        require_move(award.state, "expired")
        freed = await give_back(tx, award, None)
        await awards.save_award(tx.db, replace(award, state="expired", valid_until=None), tx.now)
    elif proposal is not None and proposal.state == "to-approve":
        freed = {part.fund_id for part in await move_all(tx, award, "release")}
        await approvals.close_proposals(tx.db, award_id, "expired", tx.now)
        tell_decision(tx, award, approved=False)
        if proposal.kind == "award" and proposal.fund_id is not None:
            await decide(tx, award)
        elif proposal.kind == "award":
            await wait_for_another_look(tx, award)
    else:
        return
    await wake_waiting(tx, freed)


async def let_award_lapse(tx: Transaction, award_id: AwardId) -> None:
    """The last day of an award is over, and so is the time in which sessions of before could be noted."""
    award = await awards.award_by_id(tx.db, award_id)
    if award is not None and award.state in PAYS:
        await _end(tx, award, None, "lapsed")


async def _end(tx: Transaction, award: Award, reason: MatchEnd | None, as_state: AwardState) -> None:
    require_move(award.state, as_state)
    freed = await give_back(tx, award, reason)
    await approvals.close_proposals(tx.db, award.award_id, "withdrawn", tx.now)
    for timer in (AWARD_LAPSES, LOOK_AGAIN):
        tx.cancel(timer, str(award.award_id))
    settled = replace(award, state=as_state, waits_for=None, shortfall=None, valid_until=None)
    await awards.save_award(tx.db, settled, tx.now)
    await wake_waiting(tx, freed)
