"""What wakes funding: referrals and consents from intake, matches and therapies from matching, sessions of staff."""

from services.funding.handlers import matches, referrals
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed, ReferralTriaged
from shared.events.matching import (
    MatchProposed,
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferWithdrawn,
    TherapyEnded,
)
from shared.events.notifications import StaffSessionClosed, StaffSessionOpened
from shared.messaging.subscriptions import subscribes
from shared.messaging.transaction import Transaction
from shared.web.sessions import forget_session, remember_session


@subscribes(ReferralTriaged)
async def on_referral_triaged(event: ReferralTriaged, tx: Transaction) -> None:
    """Keep what the client can pay."""
    await referrals.keep_profile(event, tx)


@subscribes(ReferralClosed)
async def on_referral_closed(event: ReferralClosed, tx: Transaction) -> None:
    """Let go of everything kept for this referral."""
    await referrals.close_referral(event, tx)


@subscribes(ConsentGiven)
async def on_consent_given(event: ConsentGiven, tx: Transaction) -> None:
    """Ask the funds, where the client now agrees."""
    if event.purpose == "subsidy":
        await referrals.give_consent(event.referral_id, tx)


@subscribes(ConsentWithdrawn)
async def on_consent_withdrawn(event: ConsentWithdrawn, tx: Transaction) -> None:
    """Give back what the client no longer wants to be given."""
    if event.purpose == "subsidy":
        await referrals.withdraw_consent(event.referral_id, tx)


@subscribes(MatchProposed)
async def on_match_proposed(event: MatchProposed, tx: Transaction) -> None:
    """Decide who pays."""
    await matches.request_subsidy(event, tx)


@subscribes(OfferAccepted)
async def on_offer_accepted(event: OfferAccepted, tx: Transaction) -> None:
    """Commit what was reserved."""
    await matches.commit_subsidy(event, tx)


@subscribes(OfferDeclined, OfferExpired)
async def on_offer_not_taken(event: OfferDeclined | OfferExpired, tx: Transaction) -> None:
    """Release what was reserved."""
    await matches.release_subsidy(event.match_id, None, tx)


@subscribes(OfferWithdrawn, MatchWithdrawn)
async def on_match_withdrawn(event: OfferWithdrawn | MatchWithdrawn, tx: Transaction) -> None:
    """Release what was reserved, and say why."""
    await matches.release_subsidy(event.match_id, event.reason, tx)


@subscribes(TherapyEnded)
async def on_therapy_ended(event: TherapyEnded, tx: Transaction) -> None:
    """Release what was not spent."""
    await matches.finish_subsidy(event.match_id, tx)


@subscribes(StaffSessionOpened)
async def on_staff_session_opened(event: StaffSessionOpened, tx: Transaction) -> None:
    """Accept the cookie of somebody who signed in."""
    await remember_session(event, tx)


@subscribes(StaffSessionClosed)
async def on_staff_session_closed(event: StaffSessionClosed, tx: Transaction) -> None:
    """Accept that cookie no longer."""
    await forget_session(event, tx)
