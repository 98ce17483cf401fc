"""Grants an award whose money is kept: until when it is good, and promised at once where a therapist has accepted."""

from dataclasses import replace

from services.funding.domain.awards import Award, last_day, require_move
from services.funding.domain.choice import Considered
from services.funding.domain.days import day_of
from services.funding.domain.policy import Policy
from services.funding.handlers.drawing import begin_to_draw
from services.funding.handlers.posting import await_answer, move_all
from services.funding.store import awards, funds, ledger
from shared.events.funding import SubsidyGranted
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction


async def grant_award(tx: Transaction, award: Award, explanation: tuple[Considered, ...] | None = None) -> None:
    """Tell that money is kept for a match; the time in which the therapist can answer begins now."""
    policy: Policy = tx.settings.policy
    require_move(award.state, "reserved")
    held = await ledger.held_for(tx.db, award.award_id, "reserved")
    paying = {part.fund_id for parts in held.values() for part in parts}
    kept = [one.fund for one in await funds.funds_kept(tx.db, paying)]
    until = last_day(day_of(tx.now), policy.award_days, paying, kept)
    granted = replace(award, state="reserved", waits_for=None, shortfall=None, valid_until=until)
    if award.accepted:
        await move_all(tx, granted, "commit")
        granted = replace(granted, state="awarded")
    else:
        await_answer(tx, granted)
    await awards.save_award(tx.db, granted, tx.now, explanation)
    if award.accepted:
        await begin_to_draw(tx, granted)
    tx.emit(
        SubsidyGranted(
            referral_id=award.referral_id,
            match_id=award.match_id,
            award_id=award.award_id,
            sessions=award.sessions,
            amount_per_session=Pence(award.session_fee - (award.contribution or 0)),
            contribution_per_session=award.contribution or Pence(0),
            valid_until=until,
        )
    )
