"""Ends awards: what is kept and not spent goes back to its funds at once, and others who wait are looked at."""

from dataclasses import replace
from typing import Literal

from services.funding.domain.awards import OVER, Award, AwardState, require_move
from services.funding.handlers.deciding import wait
from services.funding.handlers.drawing import AWARD_LAPSES, PAYS
from services.funding.handlers.posting import move_all, total
from services.funding.handlers.waking import wake_waiting
from services.funding.store import awards
from shared.events.codes import MatchEnd
from shared.events.funding import SubsidyReleased
from shared.kernel.ids import AwardId, FundId
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
    elif award.state in ("reserved", "waiting"):
        freed = await _give_back(tx, award, "consent-withdrawn")
        await wait(tx, replace(award, waits_for="consent", shortfall=award.needed, valid_until=None))
        await wake_waiting(tx, freed)


async def let_reservation_expire(tx: Transaction, award_id: AwardId) -> None:
    """Nobody answered for too long: the money helps somebody else; an acceptance that still comes is decided anew."""
    award = await awards.award_by_id(tx.db, award_id)
    if award is None or award.state != "reserved":
        return
    require_move(award.state, "expired")
    freed = await _give_back(tx, award, None)
    await awards.save_award(tx.db, replace(award, state="expired", valid_until=None), tx.now)
    await wake_waiting(tx, freed)


async def let_award_lapse(tx: Transaction, award_id: AwardId) -> None:
    """The last day of an award is over, and so is the time in which sessions of before could be noted."""
    award = await awards.award_by_id(tx.db, award_id)
    if award is not None and award.state in PAYS:
        await _end(tx, award, None, "lapsed")


async def _end(tx: Transaction, award: Award, reason: MatchEnd | None, as_state: AwardState) -> None:
    require_move(award.state, as_state)
    freed = await _give_back(tx, award, reason)
    tx.cancel(AWARD_LAPSES, str(award.award_id))
    settled = replace(award, state=as_state, waits_for=None, shortfall=None, valid_until=None)
    await awards.save_award(tx.db, settled, tx.now)
    await wake_waiting(tx, freed)


async def _give_back(tx: Transaction, award: Award, reason: MatchEnd | None) -> set[FundId]:
    parts = (*await move_all(tx, award, "release"), *await move_all(tx, award, "return"))
    if parts:
        tx.emit(
            SubsidyReleased(
                referral_id=award.referral_id,
                match_id=award.match_id,
                award_id=award.award_id,
                amount=total(parts),
                reason=reason,
            )
        )
    return {part.fund_id for part in parts}
