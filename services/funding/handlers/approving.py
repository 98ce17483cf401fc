"""What those who approve say: yes level by level until the award is granted or larger, or no, with a reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from services.funding.domain.approvals import NotEntitled, Obstacle, Proposal, entitlement, obstacles
from services.funding.domain.awards import Award
from services.funding.domain.choice import Part
from services.funding.domain.contribution import Contribution, PaysAll
from services.funding.domain.days import day_of
from services.funding.domain.vocabulary import StaffRole
from services.funding.handlers.contributing import own_share
from services.funding.handlers.deciding import decide, wait_for_another_look
from services.funding.handlers.drawing import PAYS
from services.funding.handlers.granting import grant_award
from services.funding.handlers.posting import move_all
from services.funding.handlers.proposing import tell_decision, want_approval
from services.funding.handlers.topping import grant_more
from services.funding.handlers.waking import wake_waiting
from services.funding.store import approvals, awards, funds, ledger, referrals
from services.funding.store.approvals import Decided
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Agreed:
    """It counts; `wanted` is the level at which somebody else has yet to agree, None where that was the last."""

    wanted: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The money is free again."""


@dataclass(frozen=True, slots=True)
class Changed:
    """It was not approved, because it no longer holds; the money went back, and an award was decided anew."""

    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is to be decided about, locked, with all that it hangs on."""

    proposal: Proposal
    award: Award
    decided: Mapping[int, str]
    entitled: NotEntitled | None

    @property
    def level(self) -> int:
        return len(self.decided) + 1


async def approve(
    tx: Transaction, proposal_id: UUID, level: int, roles: Collection[StaffRole]
) -> Agreed | Changed | NotEntitled:
    """Agree at one level, as `tx.actor` with these roles.

    Raises NotFound, and Conflict where somebody else was quicker or what it belongs to is over.
    """
    matter = await _opened(tx, proposal_id, level, roles)
    if matter.entitled is not None:
        return matter.entitled
    found = await _obstacles(tx, matter)
    if found:
        await _take_back(tx, matter, found)
        return Changed(found)
    await _note(tx, matter, agreed=True, reason="")
    if level < matter.proposal.approvers:
        want_approval(tx, matter.award, level + 1)
        return Agreed(level + 1)
    await approvals.save_proposal(tx.db, replace(matter.proposal, state="granted"), tx.now)
    tell_decision(tx, matter.award, approved=True)
    match matter.proposal.kind:
        case "award":
            await grant_award(tx, matter.award)
        case "top-up":
            await grant_more(tx, matter.award, matter.proposal)
        case never:
            assert_never(never)
    return Agreed(None)


async def refuse(
    tx: Transaction, proposal_id: UUID, level: int, roles: Collection[StaffRole], reason: str
) -> Refused | NotEntitled:
    """Say no: an award waits until it is looked at again, one that was to be made larger goes on as it is.

    Where staff had chosen another fund, the rules decide. Raises as `approve`, and Unprocessable without a reason.
    """
    matter = await _opened(tx, proposal_id, level, roles)
    if matter.entitled is not None:
        return matter.entitled
    if not reason.strip():
        raise Unprocessable("reason-missing", "Say why not: whoever looks for another way reads it.")
    await _note(tx, matter, agreed=False, reason=reason.strip())
    await approvals.save_proposal(tx.db, replace(matter.proposal, state="refused"), tx.now)
    freed = await move_all(tx, matter.award, "release")
    tell_decision(tx, matter.award, approved=False)
    if matter.proposal.kind == "award" and matter.proposal.fund_id is not None:
        await decide(tx, matter.award)
    elif matter.proposal.kind == "award":
        await wait_for_another_look(tx, matter.award)
    await wake_waiting(tx, {part.fund_id for part in freed})
    return Refused()


async def _opened(tx: Transaction, proposal_id: UUID, level: int, roles: Collection[StaffRole]) -> _Matter:
    proposal = await approvals.proposal_by_id(tx.db, proposal_id)
    award = None if proposal is None else await awards.award_by_id(tx.db, proposal.award_id)
    if proposal is None or award is None:
        raise NotFound("proposal-unknown", "There is nothing of this kind to approve.")
    if proposal.state != "to-approve":
        raise Conflict(
            f"proposal-is-{proposal.state}", "This is decided or withdrawn already. Nothing was changed now."
        )
    decided = await approvals.decisions_on(tx.db, proposal_id)
    prepared = await approvals.prepared_by(tx.db, award.referral_id)
    entitled = entitlement(proposal, roles, tx.actor, prepared=prepared, decided=decided.values())
    if entitled is None and level != len(decided) + 1:
        raise Conflict("level-decided", "Somebody else has just decided at this level. Look again before you do.")
    return _Matter(proposal, award, decided, entitled)


async def _obstacles(tx: Transaction, matter: _Matter) -> tuple[Obstacle, ...]:
    """Whether everything still holds that held when the money was kept; a parent that is gone raises Conflict."""
    award, proposal = matter.award, matter.proposal
    if award.state != "to-approve" if proposal.kind == "award" else award.state not in PAYS:
        raise Conflict(f"award-is-{award.state}", "What this belongs to is not granted, or is over.")
    referral = await referrals.referral_of(tx.db, tx.keys, award.referral_id)
    share: Pence | None = None
    if referral is not None and referral.profile is not None:
        own = await own_share(tx, referral, referral.profile, award.session_fee)
        match own:
            case Contribution():
                share = own.per_session
            case PaysAll():
                share = None
            case never:
                assert_never(never)
    held = await _held(tx, award)
    locked = {fund.fund_id: fund for fund in await funds.lock_funds(tx.db, {part.fund_id for part in held})}
    return obstacles(
        referral,
        award,
        proposal,
        own_share=share,
        held=held,
        funds=locked,
        given=await ledger.had_before(tx.db, award.referral_id),
        today=day_of(tx.now),
    )


async def _take_back(tx: Transaction, matter: _Matter, found: tuple[Obstacle, ...]) -> None:
    if "not-suitable" in found:
        raise Conflict("referral-not-suitable", "The referral is not one that help is found for now.")
    freed = await move_all(tx, matter.award, "release")
    await approvals.save_proposal(tx.db, replace(matter.proposal, state="withdrawn"), tx.now)
    if matter.proposal.kind == "award":
        await decide(tx, matter.award)
    else:
        tell_decision(tx, matter.award, approved=False)
    await wake_waiting(tx, {part.fund_id for part in freed})


async def _held(tx: Transaction, award: Award) -> list[Part]:
    kept = await ledger.held_for(tx.db, award.award_id, "reserved")
    return [part for parts in kept.values() for part in parts]


async def _note(tx: Transaction, matter: _Matter, *, agreed: bool, reason: str) -> None:
    decided = Decided(matter.level, agreed, tx.actor, tx.now, reason)
    await approvals.note_decision(tx.db, tx.keys, matter.proposal, matter.award.referral_id, decided)
