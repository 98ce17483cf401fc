"""What staff decide by hand about an award that is not promised yet: another fund, or to put it forward again."""

from dataclasses import replace

from services.funding.domain.approvals import ByHand
from services.funding.domain.awards import Award
from services.funding.domain.policy import Policy
from services.funding.handlers.deciding import LOOK_AGAIN, decide
from services.funding.handlers.releasing import give_back
from services.funding.handlers.waking import wake_waiting
from services.funding.store import approvals, awards
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import AwardId, FundId
from shared.messaging.transaction import Transaction


async def choose_another_fund(tx: Transaction, award_id: AwardId, fund_id: FundId, reason: str) -> None:
    """Let a fund that fits pay first, instead of the one that the rules took; a second person has to agree.

    The money stays kept throughout. Raises NotFound, Unprocessable without a reason, and Conflict where the award is
    promised or over, or where this fund cannot pay by its terms and caps.
    """
    award = await _known(tx, award_id)
    if not reason.strip():
        raise Unprocessable("reason-missing", "Say why this fund is to pay.")
    if award.state not in ("reserved", "to-approve") and award.waits_for != "another-look":
        raise Conflict(f"award-is-{award.state}", "Another fund can be chosen only before a therapist has accepted.")
    await approvals.note_preparation(tx.db, award.referral_id, tx.actor, "fund", tx.now)
    freed = await give_back(tx, award, None)
    await approvals.close_proposals(tx.db, award_id, "withdrawn", tx.now)
    tx.cancel(LOOK_AGAIN, str(award_id))
    await decide(tx, award, ByHand(tx.actor, fund_id, reason.strip()))
    await wake_waiting(tx, freed)


async def propose_anew(tx: Transaction, award_id: AwardId, sessions: int | None = None) -> None:
    """Put an award forward again to which nobody agreed, perhaps with another number of sessions.

    Raises NotFound, Unprocessable for a number that cannot be, and Conflict where it does not wait for that.
    """
    award = await _known(tx, award_id)
    policy: Policy = tx.settings.policy
    if award.waits_for != "another-look":
        raise Conflict(f"award-is-{award.state}", "This award does not wait to be looked at again.")
    wanted = award.sessions if sessions is None else sessions
    if not 1 <= wanted <= policy.most_sessions:
        raise Unprocessable("sessions-not-possible", f"Enter a number of sessions from 1 to {policy.most_sessions}.")
    if wanted != award.sessions:
        await approvals.note_preparation(tx.db, award.referral_id, tx.actor, "sessions", tx.now)
    tx.cancel(LOOK_AGAIN, str(award_id))
    await decide(tx, replace(award, sessions=wanted), ByHand(tx.actor))


async def look_again(tx: Transaction, award_id: AwardId) -> None:
    """The day has come on which an award to which nobody agreed is put forward again."""
    award = await awards.award_by_id(tx.db, award_id)
    if award is not None and award.waits_for == "another-look":
        await decide(tx, award)


async def _known(tx: Transaction, award_id: AwardId) -> Award:
    award = await awards.award_by_id(tx.db, award_id)
    if award is None:
        raise NotFound("award-unknown", "There is no such award.")
    return award
