"""What intake tells about a referral: what the client can pay, what they agree to, and its end."""

from dataclasses import replace

from services.funding.domain.awards import LIVE
from services.funding.domain.funds import Person
from services.funding.domain.referrals import Profile, Referral
from services.funding.handlers.courses import stop_course
from services.funding.handlers.deciding import decide
from services.funding.handlers.ending import end_award, take_back_consent
from services.funding.handlers.means import forget_means
from services.funding.store import awards, courses, referrals
from shared.events.intake import ReferralClosed, ReferralTriaged
from shared.events.sealed import MeansProfile
from shared.kernel.ids import ReferralId
from shared.kernel.regions import region_of
from shared.messaging.transaction import Transaction


async def keep_profile(triaged: ReferralTriaged, tx: Transaction) -> None:
    """Keep what decides about money, and decide what was asked for in the meantime; without help to pay for, let go."""
    if triaged.outcome != "suitable":
        await _let_go(
            tx,
            Referral(triaged.referral_id, "not-suitable", triaged.priority, triaged.received_at, subsidy_agreed=False),
        )
        return
    told = tx.unseal(triaged, MeansProfile)
    person = Person(told.client_group, told.age_band, region_of(told.outward_code))
    referral = Referral(
        triaged.referral_id,
        "suitable",
        triaged.priority,
        triaged.received_at,
        subsidy_agreed="subsidy" in told.consents,
        profile=Profile(person, told.means, told.affordable_per_session, told.source, told.legal_stage),
        evaluation_agreed="evaluation" in told.consents,
        statistics_agreed="statistics" in told.consents,
    )
    await referrals.save_referral(tx.db, tx.keys, referral)
    if not referral.subsidy_agreed:
        await forget_means(tx, referral.referral_id)
    for award in await awards.awards_of(tx.db, triaged.referral_id, {"requested", "waiting"}):
        await decide(tx, award)


async def close_referral(closed: ReferralClosed, tx: Transaction) -> None:
    """Give back all that is kept for a referral, and forget what the client can pay.

    Who has finished a therapy is still asked how it went; nobody else is.
    """
    known = await referrals.referral_of(tx.db, tx.keys, closed.referral_id)
    if known is None:
        known = Referral(closed.referral_id, "closed", "routine", tx.now, subsidy_agreed=False)
    await _let_go(tx, replace(known, standing="closed", profile=None))
    if closed.reason not in ("completed", "ended-early"):
        for course in await courses.courses_of(tx.db, closed.referral_id):
            await stop_course(course.match_id, tx)


async def give_consent(referral_id: ReferralId, tx: Transaction) -> None:
    """The client agrees that a fund is asked; a referral we do not know yet brings its consents along."""
    if await referrals.set_subsidy_agreed(tx.db, referral_id, agreed=True):
        for award in await awards.awards_of(tx.db, referral_id, {"waiting"}):
            await decide(tx, award)


async def withdraw_consent(referral_id: ReferralId, tx: Transaction) -> None:
    """The client no longer agrees that a fund is asked; it acts at once."""
    await referrals.set_subsidy_agreed(tx.db, referral_id, agreed=False)
    await forget_means(tx, referral_id)
    for award in await awards.awards_of(tx.db, referral_id, LIVE):
        await take_back_consent(tx, award)


async def _let_go(tx: Transaction, referral: Referral) -> None:
    await forget_means(tx, referral.referral_id)
    await referrals.save_referral(tx.db, tx.keys, referral)
    for award in await awards.awards_of(tx.db, referral.referral_id, LIVE):
        await end_award(tx, award, "referral-closed")
