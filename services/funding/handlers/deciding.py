"""Decides about one award: no money needed, money kept, or a place on the waiting list, and says which."""

from dataclasses import replace
from datetime import date
from typing import assert_never

from services.funding.domain.awards import Award, last_day, require_move
from services.funding.domain.choice import Case, NotEnough, Split, choose_fund
from services.funding.domain.contribution import Contribution, PaysAll
from services.funding.domain.days import day_of
from services.funding.domain.funds import Person, misfits
from services.funding.domain.policy import Policy
from services.funding.handlers.contributing import own_share
from services.funding.handlers.drawing import begin_to_draw
from services.funding.handlers.posting import move_all, reserve
from services.funding.store import awards, funds, ledger, referrals
from shared.events.funding import SubsidyGranted, SubsidyNotNeeded, SubsidyWaitlisted
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction


async def decide(tx: Transaction, award: Award) -> None:
    """Decide about an award that is asked for, waits or ran out; it stays as it is while the client is unknown."""
    referral = await referrals.referral_of(tx.db, tx.keys, award.referral_id)
    if referral is None or referral.profile is None:
        await awards.save_award(tx.db, award, tx.now)
        return
    profile = referral.profile
    match await own_share(tx, referral, profile, award.session_fee):
        case PaysAll():
            await _needs_nothing(tx, award)
        case Contribution() as own:
            award = replace(award, contribution=own.per_session, needs_review=own.review)
            if referral.subsidy_agreed:
                await _look_for_money(tx, award, profile.person)
            else:
                await wait(tx, replace(award, waits_for="consent", shortfall=award.needed))
        case never:
            assert_never(never)


async def wait(tx: Transaction, award: Award, why: NotEnough | None = None) -> None:
    """Put an award on the waiting list, or keep it there; the others are told when it begins to wait."""
    began = award.state != "waiting"
    if began:
        require_move(award.state, "waiting")
    waiting = replace(award, state="waiting")
    await awards.save_award(tx.db, waiting, tx.now, why.explanation if why else None)
    if began:
        shortfall = Pence(waiting.shortfall or 0)
        tx.emit(SubsidyWaitlisted(referral_id=award.referral_id, match_id=award.match_id, shortfall=shortfall))


async def _needs_nothing(tx: Transaction, award: Award) -> None:
    require_move(award.state, "not-needed")
    settled = replace(award, state="not-needed", waits_for=None, shortfall=None, contribution=award.session_fee)
    await awards.save_award(tx.db, settled, tx.now)
    tx.emit(SubsidyNotNeeded(referral_id=award.referral_id, match_id=award.match_id))


async def _look_for_money(tx: Transaction, award: Award, person: Person) -> None:
    today = day_of(tx.now)
    every = [kept.fund for kept in await funds.funds_kept(tx.db)]
    fitting: set[FundId] = {fund.fund_id for fund in every if not misfits(fund.restrictions, person, today)}
    locked = {fund.fund_id: fund for fund in await funds.lock_funds(tx.db, fitting)}
    had_before = await ledger.had_before(tx.db, award.referral_id)
    case = Case(person, award.sessions, award.session_fee, award.contribution or Pence(0), had_before)
    found = choose_fund(case, [locked.get(fund.fund_id, fund) for fund in every], today)
    match found:
        case Split():
            policy: Policy = tx.settings.policy
            paying = [part.fund_id for part in found.parts]
            until = last_day(today, policy.award_days, paying, locked.values())
            await _grant(tx, award, found, case, until)
        case NotEnough():
            await wait(tx, replace(award, waits_for="money", shortfall=found.shortfall), found)
        case never:
            assert_never(never)


async def _grant(tx: Transaction, award: Award, found: Split, case: Case, until: date) -> None:
    require_move(award.state, "reserved")
    granted = replace(award, state="reserved", waits_for=None, shortfall=None, valid_until=until)
    await reserve(tx, granted, found.parts)
    if award.accepted:
        await move_all(tx, granted, "commit")
        granted = replace(granted, state="awarded")
    await awards.save_award(tx.db, granted, tx.now, found.explanation)
    if award.accepted:
        await begin_to_draw(tx, granted)
    tx.emit(
        SubsidyGranted(
            referral_id=award.referral_id,
            match_id=award.match_id,
            award_id=award.award_id,
            sessions=award.sessions,
            amount_per_session=case.per_session,
            contribution_per_session=case.contribution,
            valid_until=until,
        )
    )
