"""The one way in which a referral changes its state: by a row of the table, with its clock and version."""

from dataclasses import replace
from datetime import datetime

from services.intake.domain.codes import WaitReason
from services.intake.domain.states import CLOSED, Actor, State, may_move
from services.intake.store.referrals import Referral, referral_of, save_referral
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction

DECIDED_ALREADY = (
    "Somebody else was a moment quicker and has changed this. Nothing of theirs was overwritten; please look again."
)


async def present(tx: Transaction, referral_id: ReferralId) -> Referral:
    """The referral as it stands; raises NotFound."""
    referral = await referral_of(tx.db, referral_id)
    if referral is None:
        raise NotFound("referral-unknown", "There is no such referral.")
    return referral


def refuse_if_changed(referral: Referral, version: int) -> None:
    """Raise Conflict where the referral is no longer as it was when the page was opened."""
    if referral.version != version:
        raise Conflict("decided-already", DECIDED_ALREADY)


async def move(
    tx: Transaction,
    referral: Referral,
    target: State,
    actor: Actor,
    *,
    wait_reason: WaitReason | None = None,
    look_by: datetime | None = None,
) -> Referral:
    """Move a referral and save it; raises Conflict where the table has no such row."""
    if not may_move(referral.state, target, actor):
        code = "closed-already" if referral.state in CLOSED else "not-from-here"
        raise Conflict(code, "This referral is closed." if code == "closed-already" else DECIDED_ALREADY)
    return await changed(
        tx, replace(referral, state=target, wait_reason=wait_reason, state_since=tx.now, look_by=look_by)
    )


async def changed(tx: Transaction, referral: Referral) -> Referral:
    """Save a referral under its next version."""
    following = replace(referral, version=referral.version + 1)
    await save_referral(tx.db, following)
    return following
