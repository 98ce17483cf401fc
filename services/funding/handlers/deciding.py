"""Decides about one award: no money needed, money kept, or a place on the waiting list, and says which."""

from dataclasses import replace
from typing import assert_never

from services.funding.domain.approvals import ByHand
from services.funding.domain.awards import Award, require_move
from services.funding.domain.choice import Case, NotEnough, Split, all_that_is_given
from services.funding.domain.contribution import Contribution, PaysAll
from services.funding.domain.days import beginning_of, day_of
from services.funding.domain.funds import Person
from services.funding.domain.policy import Policy
from services.funding.handlers.contributing import own_share
from services.funding.handlers.finding import find_money, require_chosen
from services.funding.handlers.granting import grant_award
from services.funding.handlers.posting import reserve
from services.funding.handlers.proposing import RULES, band_of, put_award
from services.funding.store import awards, funds, ledger, referrals
from shared.events.funding import SubsidyNotNeeded, SubsidyWaitlisted
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

LOOK_AGAIN = "award-looked-at-again"


async def decide(tx: Transaction, award: Award, by_hand: ByHand = RULES) -> None:
    """Decide about an award that is asked for, waits or ran out; it stays as it is while the client is unknown.

    Raises Conflict where staff chose a fund that cannot pay. Whoever decides anew lets go of what is kept first.
    """
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
                await _look_for_money(tx, award, profile.person, by_hand)
            else:
                await wait(tx, replace(award, waits_for="consent", shortfall=award.needed))
        case never:
            assert_never(never)


async def wait(tx: Transaction, award: Award, why: NotEnough | None = None) -> None:
    """Put an award on the waiting list, or keep it there; the others are told when it begins to wait."""
    began = award.state != "waiting"
    if began:
        require_move(award.state, "waiting")
    waiting = replace(award, state="waiting", valid_until=None)
    await awards.save_award(tx.db, waiting, tx.now, why.explanation if why else None)
    if began:
        shortfall = Pence(waiting.shortfall or 0)
        tx.emit(SubsidyWaitlisted(referral_id=award.referral_id, match_id=award.match_id, shortfall=shortfall))


async def wait_for_another_look(tx: Transaction, award: Award) -> None:
    """Nobody agreed: the client keeps their place, and by a certain day it is put to them again."""
    policy: Policy = tx.settings.policy
    day = day_of(tx.now) + policy.until_next_look
    await wait(tx, replace(award, waits_for="another-look", shortfall=award.needed, look_again_on=day))
    tx.schedule(LOOK_AGAIN, str(award.award_id), beginning_of(day), lock_key=str(award.referral_id))


async def _needs_nothing(tx: Transaction, award: Award) -> None:
    require_move(award.state, "not-needed")
    settled = replace(award, state="not-needed", waits_for=None, shortfall=None, contribution=award.session_fee)
    await awards.save_award(tx.db, settled, tx.now)
    tx.emit(SubsidyNotNeeded(referral_id=award.referral_id, match_id=award.match_id))


async def _look_for_money(tx: Transaction, award: Award, person: Person, by_hand: ByHand) -> None:
    await funds.lock_money(tx.db)
    own, before = award.contribution or Pence(0), await ledger.had_before(tx.db, award.referral_id)
    case = Case(person, award.sessions, award.session_fee, own, before)
    found = await find_money(tx, case, first=by_hand.fund_id)
    if by_hand.fund_id is not None:
        require_chosen(found, by_hand.fund_id)
    match found:
        case Split():
            band = await band_of(tx, all_that_is_given(case), by_hand)
            await reserve(tx, award, found.parts)
            if band.approvers:
                await put_award(tx, award, found, band, by_hand)
            else:
                await grant_award(tx, award, found.explanation)
        case NotEnough():
            await wait(tx, replace(award, waits_for="money", shortfall=found.shortfall), found)
        case never:
            assert_never(never)
