"""Gives money of an award back to its funds, and tells of it where the others had been told that it was kept."""

from services.funding.domain.awards import Award
from services.funding.handlers.posting import move_all, total
from shared.events.codes import MatchEnd
from shared.events.funding import SubsidyReleased
from shared.kernel.ids import FundId
from shared.messaging.transaction import Transaction


async def give_back(tx: Transaction, award: Award, reason: MatchEnd | None) -> set[FundId]:
    """Let go of all that is kept and not spent; gives the funds that have more now.

    What waits for approval was never granted, so nobody else is told when it goes back.
    """
    kept = await move_all(tx, award, "release")
    promised = await move_all(tx, award, "return")
    granted = (*(kept if award.state == "reserved" else ()), *promised)
    if granted:
        tx.emit(
            SubsidyReleased(
                referral_id=award.referral_id,
                match_id=award.match_id,
                award_id=award.award_id,
                amount=total(granted),
                reason=reason,
            )
        )
    return {part.fund_id for part in (*kept, *promised)}
