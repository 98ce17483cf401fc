"""Uses what came of a means test for awards that were decided before it, because staff say so."""

from dataclasses import dataclass
from typing import Literal

from services.funding.domain.approvals import ByHand
from services.funding.domain.awards import LIVE, Award
from services.funding.domain.contribution import Contribution, PaysAll
from services.funding.domain.days import day_of
from services.funding.handlers.deciding import LOOK_AGAIN, decide
from services.funding.handlers.drawing import PAYS
from services.funding.handlers.releasing import give_back
from services.funding.handlers.topping import Wish, ask_for_more
from services.funding.handlers.waking import wake_waiting
from services.funding.store import approvals, awards, means
from shared.kernel.errors import Conflict
from shared.kernel.ids import AwardId, ReferralId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

Became = Literal["decided-anew", "asked-for-more", "stays-with-the-offer", "stays-as-it-is"]
UNDECIDED = ("requested", "waiting", "to-approve")


@dataclass(frozen=True, slots=True)
class Used:
    """What became of one award: while a therapist is asked or has agreed, the amount they were told is not changed."""

    award_id: AwardId
    became: Became


async def use_result(tx: Transaction, referral_id: ReferralId) -> list[Used]:
    """Decide anew about awards that nobody was promised yet, and ask for more for those that run.

    An award that runs is never made smaller. Whoever says so does not approve what comes of it. Raises Conflict where
    no test is in date, or more is asked for already.
    """
    result = await means.result_in_force(tx.db, tx.keys, referral_id, day_of(tx.now))
    if result is None:
        raise Conflict("no-means-test", "There is no complete test in date whose result could be used.")
    used = []
    for award in await awards.awards_of(tx.db, referral_id, LIVE):
        if award.state in UNDECIDED:
            await _decide_anew(tx, award)
            used.append(Used(award.award_id, "decided-anew"))
        elif award.state in PAYS:
            used.append(Used(award.award_id, await _ask_for_more(tx, award, result.share_of(award.fee))))
        else:
            used.append(Used(award.award_id, "stays-with-the-offer"))
    return used


async def _decide_anew(tx: Transaction, award: Award) -> None:
    freed = await give_back(tx, award, None)
    await approvals.close_proposals(tx.db, award.award_id, "withdrawn", tx.now)
    tx.cancel(LOOK_AGAIN, str(award.award_id))
    await decide(tx, award, ByHand(tx.actor))
    await wake_waiting(tx, freed)


async def _ask_for_more(tx: Transaction, award: Award, share: PaysAll | Contribution) -> Became:
    if not isinstance(share, Contribution) or share.per_session >= (award.contribution or 0):
        return "stays-as-it-is"
    await ask_for_more(tx, award.award_id, Wish(share=Pence(award.fee - share.per_session)))
    return "asked-for-more"
