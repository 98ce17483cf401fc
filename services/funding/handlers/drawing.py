"""Draws an award session by session: once each, never more than was promised, and back where a session is corrected."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from services.funding.domain.awards import Award, AwardState, require_move
from services.funding.domain.choice import Part
from services.funding.domain.days import end_of
from services.funding.domain.drawing import changes, next_to_pay, share_out
from services.funding.domain.ledger import MovementKind, entries
from services.funding.domain.policy import Policy
from services.funding.store import awards, drawing, ledger
from services.funding.store import funds as fund_store
from shared.kernel.ids import SessionId
from shared.messaging.transaction import Transaction

AWARD_LAPSES = "award-lapses"
PAYS: frozenset[AwardState] = frozenset({"awarded", "drawing", "exhausted"})


async def begin_to_draw(tx: Transaction, award: Award) -> None:
    """From now on sessions draw this award, until its last day; those that were held before draw it at once."""
    policy: Policy = tx.settings.policy
    if award.valid_until is not None:
        due_at = end_of(award.valid_until) + policy.late_sessions
        tx.schedule(AWARD_LAPSES, str(award.award_id), due_at, lock_key=str(award.referral_id))
    await draw(tx, award)


async def draw(tx: Transaction, award: Award) -> None:
    """Pay and take back until exactly the sessions are paid that are to be; the award's state follows."""
    if award.state not in PAYS:
        return
    await fund_store.lock_funds(tx.db, ())
    drawn = await drawing.drawn_by_session(tx.db, award.award_id)
    wanted = changes(
        await drawing.sessions_of(tx.db, award.match_id),
        drawn,
        await drawing.session_policies(tx.db),
        at_most=award.sessions,
        until=award.valid_until,
    )
    for session_id in wanted.take_back:
        await take_back(tx, session_id, "unspend", *drawn[session_id])
    paid = len(drawn) - len(wanted.take_back)
    if award.share > 0:
        for session_id in wanted.pay:
            await spend(tx, award, session_id)
        paid += len(wanted.pay)
    following: AwardState = "exhausted" if paid >= award.sessions else "drawing" if paid else "awarded"
    if following != award.state:
        require_move(award.state, following)
        await awards.save_award(tx.db, replace(award, state=following), tx.now)


async def spend(tx: Transaction, award: Award, session_id: SessionId) -> None:
    """Pay the charity's share of one session from one reservation: the oldest that still holds enough.

    Where corrections have left none that does, what the fullest holds is paid, never more.
    """
    promised = await ledger.held_for(tx.db, award.award_id, "committed")
    if promised:
        reservation_id, amount = next_to_pay(promised, award.share)
        await _write(tx, "spend", session_id, reservation_id, share_out(amount, promised[reservation_id]))


async def take_back(
    tx: Transaction, session_id: SessionId, kind: MovementKind, reservation_id: UUID, parts: Sequence[Part]
) -> None:
    """Reverse what a session has drawn: to what is promised, or where the award is over, to its funds."""
    await _write(tx, kind, session_id, reservation_id, parts)


async def _write(
    tx: Transaction, kind: MovementKind, session_id: SessionId, reservation_id: UUID, parts: Iterable[Part]
) -> None:
    lines = entries(kind, parts)
    await ledger.write(tx.db, ledger.Movement(tx.new_id(), kind, lines, tx.now, tx.actor, reservation_id, session_id))
