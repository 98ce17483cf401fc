"""Ending a referral: by staff with a two-level reason, or by the client with the receipt."""

from dataclasses import replace

from services.intake.domain.closing import CloseReason, EndedBy, closings_for, is_closing, state_after
from services.intake.domain.states import CLOSED
from services.intake.handlers.moving import changed, move, present, refuse_if_changed
from services.intake.handlers.reminding import stop_asking
from services.intake.store.referrals import Referral
from shared.events.intake import ReferralClosed
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction


async def close_by_staff(
    referral_id: ReferralId, version: int, ended_by: EndedBy, reason: CloseReason, tx: Transaction
) -> Referral:
    """Close a referral; raises Conflict where somebody was quicker, Unprocessable where the two levels do not fit."""
    referral = await present(tx, referral_id)
    refuse_if_changed(referral, version)
    sensible = {(closing.ended_by, closing.reason) for closing in closings_for(referral.state)}
    if not is_closing(ended_by, reason) or (ended_by, reason) not in sensible:
        raise Unprocessable("reasons-do-not-fit", "Choose one of the reasons shown.")
    return await finish(await move(tx, referral, state_after(reason), "staff"), ended_by, reason, tx)


async def close_by_client(referral_id: ReferralId, tx: Transaction) -> Referral:
    """Close a referral because its client says so; closing twice does nothing."""
    referral = await present(tx, referral_id)
    if referral.state in CLOSED:
        return referral
    return await finish(await move(tx, referral, "withdrawn", "client"), "client", "no-longer-wanted", tx)


async def finish(referral: Referral, ended_by: EndedBy, reason: CloseReason, tx: Transaction) -> Referral:
    """Write why a referral ended and tell everybody, so that they let go of what they hold for it."""
    closed = await changed(tx, replace(referral, ended_by=ended_by, close_reason=reason, look_by=None))
    stop_asking(closed.referral_id, tx)
    tx.emit(ReferralClosed(referral_id=closed.referral_id, ended_by=ended_by, reason=reason))
    return closed
