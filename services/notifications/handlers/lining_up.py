"""Puts messages in line for what was heard: acknowledgements, offers, letters, alerts and funders' webhooks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard, cast, get_args
from uuid import UUID

from services.notifications.domain.delivery import EvaluationPurpose, InvoicePurpose, MeansPurpose, Purpose
from services.notifications.domain.webhook import payload_for
from services.notifications.handlers.record import kind_of
from services.notifications.settings import NotificationsSettings
from services.notifications.store import deliveries, endpoints
from services.notifications.store.deliveries import Queued
from shared.events import Event
from shared.events.codes import ConsentPurpose, FundMilestone, InvoiceDecision
from shared.events.funding import (
    EvaluationDue,
    FunderLetterRequested,
    FundMilestoneReached,
    FundReceived,
    FundThresholdCrossed,
    InvoiceDecided,
    MeansWanted,
    ReportPublished,
    SubsidyApprovalWanted,
    TherapistBankDetailsEntered,
    TherapistFeeDue,
)
from shared.events.intake import (
    ConsentWithdrawn,
    ReferralReceived,
    SafeguardingConcernEscalated,
    SafeguardingConcernRaised,
)
from shared.events.matching import (
    LetterRequested,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferReminded,
    OfferSent,
    OfferWithdrawn,
)
from shared.events.sealed import CardProfile, EvaluationLink, Letter, MeansLink, OfferLetter
from shared.kernel.ids import EventId
from shared.messaging.transaction import Transaction
from shared.web import store as accounts

LETTER_COLUMN = "delivery.letter"
MAILBOX = "mailbox"
FINANCE = "finance"
ALARMS = (SafeguardingConcernRaised, SafeguardingConcernEscalated)
ForFunders = FundReceived | FundThresholdCrossed | FundMilestoneReached | ReportPublished
NOT_FOR_FUNDERS: dict[FundMilestone, Purpose] = {"report-due": "report-due", "instalment-late": "instalment-late"}
"""What is for our own finance staff to see to."""
INVOICES: dict[InvoiceDecision, InvoicePurpose] = {
    "approved": "invoice-approved",
    "questioned": "invoice-questioned",
    "paid": "invoice-paid",
    "returned": "invoice-returned",
}
NEEDS: dict[ConsentPurpose, tuple[Purpose, ...]] = {
    "evaluation": get_args(EvaluationPurpose),
    "subsidy": get_args(MeansPurpose),
}
"""What may be asked only of those who agreed to it."""
Pair = tuple[UUID, str]
OVER = (OfferAccepted, OfferDeclined, OfferExpired, OfferWithdrawn)


def settings_of(tx: Transaction) -> NotificationsSettings:
    """The settings of this service."""
    return cast("NotificationsSettings", tx.settings)


async def line_up(events: Sequence[Event], profiles: Mapping[UUID, CardProfile], tx: Transaction) -> None:
    """Queue one delivery for each event and recipient; an offer that is over takes its unsent mail with it."""
    queued = [
        *_acknowledgements(events, profiles, tx),
        *(_letter(event, tx) for event in events if isinstance(event, LetterRequested)),
        *await _alerts([event for event in events if isinstance(event, ALARMS)], tx),
        *_finance_notes(events, tx),
        *await _webhooks([event for event in events if _is_for_funders(event)], tx),
    ]
    ends = {_pair(event): place for place, event in enumerate(events) if isinstance(event, OVER)}
    open_offers: list[Queued] = []
    for place, event in enumerate(events):
        if isinstance(event, (OfferSent, OfferReminded)):
            (queued if place < ends.get(_pair(event), 0) else open_offers).append(_offer(event, tx))
    queued += _about_money(events, tx)
    if queued:
        await deliveries.put_in_line(tx.db, queued, tx.now)
    for purpose, purposes in NEEDS.items():
        withdrawn = [one for one in events if isinstance(one, ConsentWithdrawn) and one.purpose == purpose]
        if withdrawn:
            await deliveries.suppress_unwanted(tx.db, [one.referral_id for one in withdrawn], purposes, tx.now)
    if ends:
        await deliveries.suppress_offers(tx.db, list(ends), tx.now)
    if open_offers:
        await deliveries.put_in_line(tx.db, open_offers, tx.now)


def _pair(event: OfferSent | OfferReminded | OfferAccepted | OfferDeclined | OfferExpired | OfferWithdrawn) -> Pair:
    return event.referral_id, f"therapist:{event.therapist_id}"


def _acknowledgements(
    events: Sequence[Event], profiles: Mapping[UUID, CardProfile], tx: Transaction
) -> Iterator[Queued]:
    for event in events:
        if isinstance(event, ReferralReceived) and profiles[event.referral_id].wants_acknowledgement:
            yield _queued(tx, "acknowledgement", event.origin.event_id, "client", event.referral_id)


def _queued(tx: Transaction, purpose: Purpose, event_id: EventId, recipient: str, referral_id: UUID | None) -> Queued:
    delivery_id = tx.new_id()
    message_id = f"<{delivery_id}@{settings_of(tx).message_domain}>"
    return Queued(delivery_id, purpose, event_id, recipient, message_id, referral_id)


def _offer(event: OfferSent | OfferReminded, tx: Transaction) -> Queued:
    letter = tx.unseal(event, OfferLetter)
    purpose: Purpose = "offer" if isinstance(event, OfferSent) else "offer-reminder"
    plain = _queued(tx, purpose, event.origin.event_id, f"therapist:{event.therapist_id}", event.referral_id)
    return _with_letter(plain, letter, tx)


def _about_money(events: Sequence[Event], tx: Transaction) -> Iterator[Queued]:
    for event in events:
        match event:
            case EvaluationDue():
                yield _evaluation(event, tx)
            case MeansWanted():
                purpose: Purpose = "means-reminder" if event.reminder else "means"
                plain = _queued(tx, purpose, event.origin.event_id, "client", event.referral_id)
                yield _with_letter(plain, tx.unseal(event, MeansLink), tx)
            case TherapistFeeDue():
                yield _to_therapist(event, "fee-reminder" if event.reminder else "fee", tx)
            case InvoiceDecided():
                yield _to_therapist(event, INVOICES[event.decision], tx)
            case TherapistBankDetailsEntered():
                yield _to_therapist(event, "bank-details", tx)
            case FunderLetterRequested():
                yield _to_funder(event, tx)
            case _:
                pass


def _evaluation(event: EvaluationDue, tx: Transaction) -> Queued:
    purpose: Purpose = "evaluation-reminder" if event.reminder else "evaluation"
    recipient = "client" if event.respondent == "client" else f"therapist:{event.therapist_id}"
    plain = _queued(tx, purpose, event.origin.event_id, recipient, event.referral_id)
    return _with_letter(plain, tx.unseal(event, EvaluationLink), tx)


def _to_therapist(
    event: TherapistFeeDue | InvoiceDecided | TherapistBankDetailsEntered, purpose: Purpose, tx: Transaction
) -> Queued:
    return _queued(tx, purpose, event.origin.event_id, f"therapist:{event.therapist_id}", None)


def _to_funder(event: FunderLetterRequested, tx: Transaction) -> Queued:
    message_id = f"<{event.letter_id}@{settings_of(tx).message_domain}>"
    plain = Queued(event.letter_id, event.kind, event.origin.event_id, f"funder:{event.funder_id}", message_id)
    return _with_letter(plain, tx.unseal(event, Letter), tx)


def _finance_notes(events: Sequence[Event], tx: Transaction) -> Iterator[Queued]:
    if not settings_of(tx).finance_mailbox:
        return
    for event in events:
        match event:
            case SubsidyApprovalWanted():
                yield _queued(tx, "approval-wanted", event.origin.event_id, FINANCE, event.referral_id)
            case FundMilestoneReached() if event.milestone in NOT_FOR_FUNDERS:
                yield _queued(tx, NOT_FOR_FUNDERS[event.milestone], event.origin.event_id, FINANCE, None)
            case _:
                pass


def _letter(event: LetterRequested, tx: Transaction) -> Queued:
    message_id = f"<{event.letter_id}@{settings_of(tx).message_domain}>"
    plain = Queued(event.letter_id, event.kind, event.origin.event_id, f"person:{event.subject_id}", message_id)
    return _with_letter(plain, tx.unseal(event, Letter), tx)


def _with_letter(plain: Queued, letter: Letter | OfferLetter | EvaluationLink | MeansLink, tx: Transaction) -> Queued:
    wrapped = tx.keys.new_subject_key(str(plain.delivery_id))
    key = tx.keys.subject_key(str(plain.delivery_id), wrapped)
    kept = key.encrypt_text(LETTER_COLUMN, letter.model_dump_json())
    return replace(plain, wrapped_key=wrapped, letter=kept)


async def _alerts(events: Sequence[Event], tx: Transaction) -> list[Queued]:
    if not events:
        return []
    staff = [
        f"staff:{account.account_id}"
        for account in await accounts.all_accounts(tx.db)
        if "safeguarding" in account.roles and not account.disabled and "@" in account.sign_in_name
    ]
    recipients = [*staff, *([MAILBOX] if settings_of(tx).safeguarding_mailbox else [])]
    return [
        _queued(tx, "safeguarding-alert", event.origin.event_id, recipient, UUID(event.key_value))
        for event in events
        for recipient in recipients
    ]


def _is_for_funders(event: Event) -> TypeGuard[ForFunders]:
    return isinstance(event, ForFunders) and getattr(event, "milestone", None) not in NOT_FOR_FUNDERS


async def _webhooks(events: Sequence[ForFunders], tx: Transaction) -> list[Queued]:
    if not events:
        return []
    found = await endpoints.active_endpoints(tx.db, {event.funder_id for event in events})
    queued = []
    for event in events:
        details = event.model_dump(mode="json", exclude={"sealed"})
        payload = payload_for(kind_of(event), details, event.origin.time)
        for endpoint in (one for one in found if one.funder_id == event.funder_id):
            delivery_id = tx.new_id()
            queued.append(
                Queued(
                    delivery_id,
                    "webhook",
                    event.origin.event_id,
                    f"endpoint:{endpoint.endpoint_id}",
                    f"msg_{event.origin.event_id.hex}",
                    payload=payload,
                )
            )
    return queued
