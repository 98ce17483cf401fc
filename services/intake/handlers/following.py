"""How a referral's state follows what the other services tell, in whatever order it arrives."""

from dataclasses import dataclass, replace

from services.intake.domain.codes import WaitReason
from services.intake.domain.priority import LOOK_WITHIN
from services.intake.domain.states import CLOSED, Actor, State, may_move
from services.intake.handlers.closing import finish
from services.intake.handlers.moving import changed, move
from services.intake.store.referrals import Referral, referral_of
from shared.events.codes import TherapyOutcome
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import MatchId, ReferralId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Followed:
    """The referral moved with the news."""

    referral: Referral


@dataclass(frozen=True, slots=True)
class TooLate:
    """The referral has gone on, or is closed: the news changes nothing."""

    state: State


async def follow(
    referral_id: ReferralId,
    target: State,
    tx: Transaction,
    *,
    actor: Actor = "matching",
    wait_reason: WaitReason | None = None,
    match_id: MatchId | None = None,
) -> Followed | TooLate:
    """Move a referral to where the news puts it, if it may go there from where it is."""
    referral = await _known(referral_id, tx)
    if referral.state == target == "waiting" and actor == "matching":
        return Followed(await changed(tx, replace(referral, wait_reason=wait_reason)))
    if referral.state in CLOSED or not may_move(referral.state, target, actor):
        return TooLate(referral.state)
    if match_id is not None:
        referral = replace(referral, offered_match=match_id)
    return Followed(await move(tx, referral, target, actor, wait_reason=wait_reason))


async def wait_for_money(referral_id: ReferralId, match_id: MatchId, tx: Transaction) -> Followed | TooLate:
    """Money is missing for a match; news about a match whose offer went out since then is old."""
    referral = await _known(referral_id, tx)
    if referral.offered_match == match_id:
        return TooLate(referral.state)
    return await follow(referral_id, "waiting", tx, actor="funding", wait_reason="no-money")


async def lose_therapist(referral_id: ReferralId, match_id: MatchId, tx: Transaction) -> Followed | TooLate:
    """A match is over before its therapy; only the match that was offered last says anything about the referral."""
    referral = await _known(referral_id, tx)
    if referral.offered_match != match_id:
        return TooLate(referral.state)
    return await follow(referral_id, "matching", tx)


async def end_therapy(referral_id: ReferralId, outcome: TherapyOutcome, tx: Transaction) -> Followed | TooLate:
    """The therapy is over, and with it the referral."""
    followed = await follow(referral_id, "completed" if outcome == "completed" else "ended_early", tx)
    if isinstance(followed, TooLate):
        return followed
    return Followed(await finish(followed.referral, "therapist", outcome, tx))


async def triage_again(referral_id: ReferralId, tx: Transaction) -> Followed | TooLate:
    """A therapist says that the need is not as described: people look once more, with the clock of a new referral."""
    referral = await _known(referral_id, tx)
    if referral.state in CLOSED or not may_move(referral.state, "in_triage", "matching"):
        return TooLate(referral.state)
    look_by = tx.now + LOOK_WITHIN[referral.priority]
    return Followed(await move(tx, referral, "in_triage", "matching", look_by=look_by))


async def mark_unreachable(referral_id: ReferralId, tx: Transaction) -> None:
    """Nothing reaches the client by the channel they chose: a person must look."""
    referral = await _known(referral_id, tx)
    if referral.state not in CLOSED and not referral.unreachable:
        await changed(tx, replace(referral, unreachable=True))


async def mark_reached(referral_id: ReferralId, tx: Transaction) -> None:
    """A person has reached the client another way."""
    referral = await _known(referral_id, tx)
    if referral.unreachable:
        await changed(tx, replace(referral, unreachable=False))


async def _known(referral_id: ReferralId, tx: Transaction) -> Referral:
    referral = await referral_of(tx.db, referral_id)
    if referral is None:
        raise Unprocessable("referral-unknown")
    return referral
