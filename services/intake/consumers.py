"""What wakes intake: what the others tell about a referral, what they ask about a client, and who signs in."""

from services.intake.handlers import contacting, following, safeguarding
from shared.events.asks import (
    ClientContact,
    ContactCard,
    Identity,
    ResolveContact,
    RevealContactToTherapist,
    RevealIdentity,
)
from shared.events.funding import RiskAnswered, SubsidyWaitlisted
from shared.events.matching import (
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferSent,
    OfferWithdrawn,
    ReferralWaitlisted,
    SessionConcernRaised,
    TherapyEnded,
    TherapyStarted,
    TriageWanted,
)
from shared.events.notifications import DeliveryGivenUp, StaffSessionClosed, StaffSessionOpened
from shared.events.sealed import ConcernNote
from shared.kernel.ids import ServiceName
from shared.messaging.subscriptions import answers, subscribes
from shared.messaging.transaction import Transaction
from shared.web.sessions import forget_session, remember_session


@subscribes(ReferralWaitlisted)
async def on_referral_waitlisted(event: ReferralWaitlisted, tx: Transaction) -> None:
    """Nobody can be offered now."""
    await following.follow(event.referral_id, "waiting", tx, wait_reason=event.reason)


@subscribes(SubsidyWaitlisted)
async def on_subsidy_waitlisted(event: SubsidyWaitlisted, tx: Transaction) -> None:
    """Money is missing."""
    await following.wait_for_money(event.referral_id, event.match_id, tx)


@subscribes(OfferSent)
async def on_offer_sent(event: OfferSent, tx: Transaction) -> None:
    """A therapist is asked."""
    await following.follow(event.referral_id, "offered", tx, match_id=event.match_id)


@subscribes(OfferDeclined, OfferExpired, OfferWithdrawn)
async def on_offer_ended(event: OfferDeclined | OfferExpired | OfferWithdrawn, tx: Transaction) -> None:
    """The next therapist is looked for, unless others are still being asked."""
    if not event.still_open:
        await following.follow(event.referral_id, "matching", tx)


@subscribes(TriageWanted)
async def on_triage_wanted(event: TriageWanted, tx: Transaction) -> None:
    """Look at it once more."""
    await following.triage_again(event.referral_id, tx)


@subscribes(MatchWithdrawn)
async def on_match_withdrawn(event: MatchWithdrawn, tx: Transaction) -> None:
    """A therapist who had said yes takes the client no longer."""
    await following.lose_therapist(event.referral_id, event.match_id, tx)


@subscribes(OfferAccepted)
async def on_offer_accepted(event: OfferAccepted, tx: Transaction) -> None:
    """A therapist takes the client."""
    await following.follow(event.referral_id, "accepted", tx, match_id=event.match_id)


@subscribes(TherapyStarted)
async def on_therapy_started(event: TherapyStarted, tx: Transaction) -> None:
    """They have met."""
    await following.follow(event.referral_id, "in_therapy", tx)


@subscribes(TherapyEnded)
async def on_therapy_ended(event: TherapyEnded, tx: Transaction) -> None:
    """The therapy is over."""
    await following.end_therapy(event.referral_id, event.outcome, tx)


@subscribes(SessionConcernRaised)
async def on_session_concern_raised(event: SessionConcernRaised, tx: Transaction) -> None:
    """A therapist believes that somebody may be in danger."""
    report = safeguarding.Report("therapist", event.origin.event_id, tx.unseal(event, ConcernNote).words)
    await safeguarding.take_report(event.referral_id, report, tx)


@subscribes(RiskAnswered)
async def on_risk_answered(event: RiskAnswered, tx: Transaction) -> None:
    """An answer in an evaluation form says that somebody may be in danger."""
    report = safeguarding.Report("evaluation", event.administration_id)
    await safeguarding.take_report(event.referral_id, report, tx)


@subscribes(DeliveryGivenUp)
async def on_delivery_given_up(event: DeliveryGivenUp, tx: Transaction) -> None:
    """The client cannot be reached; an offer's mail is the therapist's and no concern of ours."""
    if event.template == "acknowledgement":
        await following.mark_unreachable(event.referral_id, tx)


@subscribes(StaffSessionOpened)
async def on_staff_session_opened(event: StaffSessionOpened, tx: Transaction) -> None:
    """Somebody signed in."""
    await remember_session(event, tx)


@subscribes(StaffSessionClosed)
async def on_staff_session_closed(event: StaffSessionClosed, tx: Transaction) -> None:
    """Somebody signed out."""
    await forget_session(event, tx)


@answers(ResolveContact, asked_by=("notifications",))
async def on_resolve_contact(question: ResolveContact, asker: ServiceName, tx: Transaction) -> ContactCard:  # noqa: ARG001
    """Where a client may be reached at this moment, if at all."""
    return await contacting.resolve_contact(question, tx.db, tx.keys)


@answers(RevealIdentity, asked_by=("matching", "notifications"))
async def on_reveal_identity(question: RevealIdentity, asker: ServiceName, tx: Transaction) -> Identity:  # noqa: ARG001
    """Who a client is, for a member of staff with a reason."""
    return await contacting.reveal(question, tx)


@answers(RevealContactToTherapist, asked_by=("matching",))
async def on_reveal_contact_to_therapist(
    question: RevealContactToTherapist,
    asker: ServiceName,  # noqa: ARG001
    tx: Transaction,
) -> ClientContact:
    """Who a client is, for the therapist who has accepted them."""
    return await contacting.reveal_to_therapist(question, tx)
