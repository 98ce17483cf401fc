"""What wakes funding: referrals and consents from intake, matches and therapies from matching, sessions of staff."""

from services.funding.handlers import courses, evaluating, fees, matches, referrals, sessions
from services.funding.handlers.invoice_decisions import recheck_session
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed, ReferralTriaged
from shared.events.matching import (
    MatchProposed,
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferWithdrawn,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    TherapistSessionClosed,
    TherapistSessionOpened,
    TherapyEnded,
    TherapyStarted,
)
from shared.events.notifications import StaffSessionClosed, StaffSessionOpened
from shared.messaging.subscriptions import subscribes
from shared.messaging.transaction import Transaction
from shared.web.sessions import forget_session, remember_session
from shared.web.therapists import forget_therapist, remember_therapist


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
    """Ask the funds, ask how it goes, or count: whatever the client now agrees to."""
    match event.purpose:
        case "subsidy":
            await referrals.give_consent(event.referral_id, tx)
        case "evaluation":
            await evaluating.give_consent(event.referral_id, tx)
        case "statistics":
            await evaluating.allow_counting(event.referral_id, tx)
        case _:
            pass


@subscribes(ConsentWithdrawn)
async def on_consent_withdrawn(event: ConsentWithdrawn, tx: Transaction) -> None:
    """Stop at once what the client no longer wants."""
    match event.purpose:
        case "subsidy":
            await referrals.withdraw_consent(event.referral_id, tx)
        case "evaluation":
            await evaluating.withdraw_consent(event.referral_id, tx)
        case "statistics":
            await evaluating.stop_counting(event.referral_id, tx)
        case _:
            pass


@subscribes(MatchProposed)
async def on_match_proposed(event: MatchProposed, tx: Transaction) -> None:
    """Decide who pays."""
    await matches.request_subsidy(event, tx)


@subscribes(OfferAccepted)
async def on_offer_accepted(event: OfferAccepted, tx: Transaction) -> None:
    """Commit what was reserved, and note what the therapist owes."""
    await matches.commit_subsidy(event, tx)
    await fees.raise_fees(event, tx)


@subscribes(OfferDeclined, OfferExpired)
async def on_offer_not_taken(event: OfferDeclined | OfferExpired, tx: Transaction) -> None:
    """Release what was reserved, unless others are still being asked for the same match."""
    if not event.still_open:
        await matches.release_subsidy(event.match_id, None, tx)


@subscribes(OfferWithdrawn, MatchWithdrawn)
async def on_match_withdrawn(event: OfferWithdrawn | MatchWithdrawn, tx: Transaction) -> None:
    """Release what was reserved, and say why, unless others are still being asked for the same match."""
    if isinstance(event, OfferWithdrawn) and event.still_open:
        return
    await matches.release_subsidy(event.match_id, event.reason, tx)
    await courses.stop_course(event.match_id, tx)


@subscribes(TherapyStarted)
async def on_therapy_started(event: TherapyStarted, tx: Transaction) -> None:
    """Ask how things are at the start."""
    await courses.begin_course(event, tx)


@subscribes(SessionAttended)
async def on_session_attended(event: SessionAttended, tx: Transaction) -> None:
    """Count it, draw the award, and ask after some of them how it goes."""
    await courses.note_session(event, tx)
    await sessions.hear_session(event, tx)
    await recheck_session(event.session_id, tx)


@subscribes(SessionMissed, SessionCancelled)
async def on_session_not_held(event: SessionMissed | SessionCancelled, tx: Transaction) -> None:
    """Draw nothing, or what the policy says; a correction takes back what was drawn, and no invoice is paid for it."""
    await sessions.hear_session(event, tx)
    await recheck_session(event.session_id, tx)


@subscribes(TherapyEnded)
async def on_therapy_ended(event: TherapyEnded, tx: Transaction) -> None:
    """Release what was not spent, and ask how it went."""
    await courses.end_course(event, tx)
    await matches.finish_subsidy(event.match_id, tx)


@subscribes(StaffSessionOpened)
async def on_staff_session_opened(event: StaffSessionOpened, tx: Transaction) -> None:
    """Accept the cookie of somebody who signed in."""
    await remember_session(event, tx)


@subscribes(StaffSessionClosed)
async def on_staff_session_closed(event: StaffSessionClosed, tx: Transaction) -> None:
    """Accept that cookie no longer."""
    await forget_session(event, tx)


@subscribes(TherapistSessionOpened)
async def on_therapist_session_opened(event: TherapistSessionOpened, tx: Transaction) -> None:
    """Accept the cookie of a therapist who signed in."""
    await remember_therapist(event, tx)


@subscribes(TherapistSessionClosed)
async def on_therapist_session_closed(event: TherapistSessionClosed, tx: Transaction) -> None:
    """Accept that cookie no longer."""
    await forget_therapist(event, tx)
