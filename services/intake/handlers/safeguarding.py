"""Safeguarding concerns: raised, taken on, decided, closed by two people, and escalated when nobody acts in time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.intake.domain.concerns import (
    ACT_WITHIN,
    DECIDE_WITHIN,
    ESCALATION,
    ConcernState,
    Disclosure,
    Source,
    may_become,
    may_confirm_closing,
    next_level,
)
from services.intake.store.concerns import (
    Concern,
    Notes,
    add_concern,
    concern_locked,
    is_reported,
    save_concern,
    save_notes,
    save_words,
)
from services.intake.store.referrals import referral_of
from shared.events.intake import (
    SafeguardingConcernAcknowledged,
    SafeguardingConcernClosed,
    SafeguardingConcernEscalated,
    SafeguardingConcernRaised,
)
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import ConcernId, ReferralId
from shared.messaging.transaction import Transaction

Step = Callable[[UUID, Transaction], Awaitable[None]]
"""One thing that a person does about a concern."""

ESCALATES = "concern-escalates"
_QUICKER = "Somebody else has just dealt with this step. Please look at the concern again."


@dataclass(frozen=True, slots=True)
class DisclosureDecision:
    """Whether something was passed on, to whom, when, and why or why not."""

    disclosure: Disclosure
    note: str
    told_body: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A concern that another service tells of: where it was noticed, by which id, and what was written."""

    source: Source
    report_id: UUID
    words: str = ""


async def take_report(referral_id: ReferralId, report: Report, tx: Transaction) -> None:
    """Open a concern for a report, once; one about a closed referral is opened too, for danger does not end with it."""
    if await referral_of(tx.db, referral_id) is None:
        raise Unprocessable("referral-unknown")
    if not await is_reported(tx.db, report.source, report.report_id):
        await raise_concern(referral_id, tx, report)


async def raise_concern(referral_id: ReferralId, tx: Transaction, report: Report | None = None) -> Concern:
    """Open a concern and start its clock; tells the staff."""
    act_by = tx.now + ACT_WITHIN
    source: Source = report.source if report else "referral"
    raised_by = report.source if report else tx.actor
    concern = Concern(ConcernId(tx.new_id()), referral_id, "open", 0, tx.now, raised_by, act_by, source=source)
    await add_concern(tx.db, concern, report.report_id if report else None)
    if report and report.words:
        await save_words(tx.db, tx.keys, concern, report.words)
    tx.emit(SafeguardingConcernRaised(referral_id=referral_id, concern_id=concern.concern_id, act_by=act_by))
    tx.schedule(ESCALATES, str(concern.concern_id), act_by, lock_key=str(referral_id))
    return concern


async def acknowledge(concern_id: UUID, tx: Transaction) -> None:
    """Take a concern on; the next clock is that of the disclosure decision."""
    concern = await _locked(concern_id, "acknowledged", tx)
    act_by = tx.now + DECIDE_WITHIN
    await save_concern(
        tx.db,
        replace(concern, state="acknowledged", acknowledged_by=tx.actor, acknowledged_at=tx.now, act_by=act_by),
    )
    tx.emit(SafeguardingConcernAcknowledged(referral_id=concern.referral_id, concern_id=concern.concern_id))
    tx.schedule(ESCALATES, str(concern_id), act_by, lock_key=str(concern.referral_id))


async def decide_disclosure(concern_id: UUID, decision: DisclosureDecision, tx: Transaction) -> None:
    """Note what was passed on, or why nothing was; the clock stops."""
    if not decision.note:
        raise Unprocessable("note-missing", "Write down why.")
    if decision.disclosure == "told" and not (decision.told_body and decision.told_at):
        raise Unprocessable("body-missing", "Say whom you told, and when.")
    concern = await _locked(concern_id, "decided", tx)
    concern = replace(
        concern,
        state="decided",
        disclosure=decision.disclosure,
        told_at=decision.told_at,
        decided_by=tx.actor,
        decided_at=tx.now,
        act_by=None,
    )
    await save_concern(tx.db, concern)
    await save_notes(tx.db, tx.keys, concern, Notes(decision.told_body, decision.note))
    tx.cancel(ESCALATES, str(concern_id))


async def propose_closing(concern_id: UUID, tx: Transaction) -> None:
    """The first of the two people says that the concern is dealt with."""
    concern = await _locked(concern_id, "closing", tx)
    await save_concern(tx.db, replace(concern, state="closing", proposed_by=tx.actor, proposed_at=tx.now))


async def confirm_closing(concern_id: UUID, tx: Transaction) -> None:
    """The second person agrees; raises Conflict where it is the same person."""
    concern = await _locked(concern_id, "closed", tx)
    if not may_confirm_closing(concern.proposed_by or "", tx.actor):
        raise Conflict("second-person-needed", "A second person must confirm this; you proposed it yourself.")
    await save_concern(tx.db, replace(concern, state="closed", closed_by=tx.actor, closed_at=tx.now))
    tx.emit(SafeguardingConcernClosed(referral_id=concern.referral_id, concern_id=concern.concern_id))


async def decline_closing(concern_id: UUID, tx: Transaction) -> None:
    """The second person does not agree; the concern stays open."""
    concern = await _locked(concern_id, "decided", tx)
    await save_concern(tx.db, replace(concern, state="decided", proposed_by=None, proposed_at=None))


async def escalate(concern_id: UUID, tx: Transaction) -> None:
    """Nobody acted in time: tell it one level higher, and set the next clock."""
    concern = await concern_locked(tx.db, concern_id)
    if concern is None or concern.act_by is None or concern.act_by > tx.now:
        return
    reached = next_level(concern.level, concern.raised_at)
    level = reached[0] if reached else ESCALATION[-1].number
    following = next_level(level, concern.raised_at)
    act_by = max(following[1], tx.now + ACT_WITHIN) if following else tx.now + DECIDE_WITHIN
    await save_concern(tx.db, replace(concern, level=level, act_by=act_by))
    tx.emit(SafeguardingConcernEscalated(referral_id=concern.referral_id, concern_id=concern.concern_id, level=level))
    tx.schedule(ESCALATES, str(concern_id), act_by, lock_key=str(concern.referral_id))


async def _locked(concern_id: UUID, target: ConcernState, tx: Transaction) -> Concern:
    concern = await concern_locked(tx.db, concern_id)
    if concern is None:
        raise NotFound("concern-unknown", "There is no such concern.")
    if not may_become(concern.state, target):
        raise Conflict("not-from-here", _QUICKER)
    return concern
