"""What matching listens to, on one page."""

from services.matching.handlers import fees, funding, holding, money, outcomes, referrals, signing_in, unreached
from shared.events.asks import ResolveTherapist, TherapistCard
from shared.events.funding import (
    FundingOutlookChanged,
    OutcomeScored,
    SubsidyApprovalDecided,
    SubsidyApprovalWanted,
    SubsidyGranted,
    SubsidyNotNeeded,
    SubsidyReleased,
    SubsidyToppedUp,
    SubsidyWaitlisted,
    TherapistFeeOverdue,
    TherapistFeeSettled,
)
from shared.events.intake import (
    ConsentGiven,
    ConsentWithdrawn,
    ReferralClosed,
    ReferralTriaged,
    SafeguardingConcernClosed,
    SafeguardingConcernRaised,
)
from shared.events.notifications import LetterGivenUp, StaffSessionClosed, StaffSessionOpened
from shared.kernel.ids import ServiceName
from shared.messaging.subscriptions import answers, subscribes
from shared.messaging.transaction import Transaction
from shared.web import forget_session, remember_session


@subscribes(ReferralTriaged)
async def on_referral_triaged(event: ReferralTriaged, tx: Transaction) -> None:
    """Look for a therapist, or let go."""
    await referrals.take_on(event, tx)


@subscribes(ReferralClosed)
async def on_referral_closed(event: ReferralClosed, tx: Transaction) -> None:
    """Let go of everything."""
    await referrals.close(event, tx)


@subscribes(ConsentGiven)
async def on_consent_given(event: ConsentGiven, tx: Transaction) -> None:
    """Go on where sharing was not agreed before."""
    await referrals.note_consent(event, tx)


@subscribes(ConsentWithdrawn)
async def on_consent_withdrawn(event: ConsentWithdrawn, tx: Transaction) -> None:
    """Stop sharing."""
    await referrals.note_withdrawn_consent(event, tx)


@subscribes(SubsidyNotNeeded)
async def on_subsidy_not_needed(event: SubsidyNotNeeded, tx: Transaction) -> None:
    """Send the offer."""
    await funding.offer_unsubsidised(event, tx)


@subscribes(SubsidyGranted)
async def on_subsidy_granted(event: SubsidyGranted, tx: Transaction) -> None:
    """Send the offer, with what the charity pays."""
    await funding.offer_subsidised(event, tx)


@subscribes(SubsidyWaitlisted)
async def on_subsidy_waitlisted(event: SubsidyWaitlisted, tx: Transaction) -> None:
    """Wait for money."""
    await funding.wait_for_money(event, tx)


@subscribes(SubsidyApprovalWanted)
async def on_subsidy_approval_wanted(event: SubsidyApprovalWanted, tx: Transaction) -> None:
    """Give people the time to decide."""
    await funding.wait_for_approval(event, tx)


@subscribes(SubsidyApprovalDecided)
async def on_subsidy_approval_decided(event: SubsidyApprovalDecided, tx: Transaction) -> None:
    """Wait for money where they said no."""
    await funding.hear_decision(event, tx)


@subscribes(SubsidyToppedUp)
async def on_subsidy_topped_up(event: SubsidyToppedUp, tx: Transaction) -> None:
    """Plan for more."""
    await funding.plan_more(event, tx)


@subscribes(FundingOutlookChanged)
async def on_funding_outlook_changed(event: FundingOutlookChanged, tx: Transaction) -> None:
    """Know for which kinds of case there is money."""
    await money.keep_outlook(event, tx)


@subscribes(SubsidyReleased)
async def on_subsidy_released(event: SubsidyReleased, tx: Transaction) -> None:
    """Offer nothing that nobody pays."""
    await funding.lose_subsidy(event, tx)


@subscribes(SafeguardingConcernRaised)
async def on_safeguarding_concern_raised(event: SafeguardingConcernRaised, tx: Transaction) -> None:
    """Ask no therapist while somebody may be in danger."""
    await holding.stop_for_concern(event, tx)


@subscribes(SafeguardingConcernClosed)
async def on_safeguarding_concern_closed(event: SafeguardingConcernClosed, tx: Transaction) -> None:
    """Look again."""
    await holding.go_on_after_concern(event, tx)


@subscribes(TherapistFeeOverdue)
async def on_therapist_fee_overdue(event: TherapistFeeOverdue, tx: Transaction) -> None:
    """Ask somebody who owes a fee for nothing new."""
    await fees.note_overdue(event, tx)


@subscribes(TherapistFeeSettled)
async def on_therapist_fee_settled(event: TherapistFeeSettled, tx: Transaction) -> None:
    """Ask them again."""
    await fees.note_settled(event, tx)


@subscribes(OutcomeScored)
async def on_outcome_scored(event: OutcomeScored, tx: Transaction) -> None:
    """Count how a therapy went."""
    await outcomes.count_outcome(event, tx)


@subscribes(StaffSessionOpened)
async def on_staff_session_opened(event: StaffSessionOpened, tx: Transaction) -> None:
    """Let somebody in who signed in."""
    await remember_session(event, tx)


@subscribes(StaffSessionClosed)
async def on_staff_session_closed(event: StaffSessionClosed, tx: Transaction) -> None:
    """Let somebody in no longer."""
    await forget_session(event, tx)


@answers(ResolveTherapist, asked_by=("notifications", "funding"))
async def on_resolve_therapist(question: ResolveTherapist, asker: ServiceName, tx: Transaction) -> TherapistCard:  # noqa: ARG001
    """Where a therapist can be written to at this moment."""
    return await signing_in.card_of(tx, question.therapist_id)


@subscribes(LetterGivenUp)
async def on_letter_given_up(event: LetterGivenUp, tx: Transaction) -> None:
    """Show whom no letter reaches."""
    await unreached.keep_unreached(event, tx)
