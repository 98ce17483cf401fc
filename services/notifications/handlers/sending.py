"""Sends what is due: claims in one transaction, calls outside in none, and notes the outcome in another."""

import asyncio
import random
from datetime import timedelta
from typing import cast
from uuid import UUID

import structlog

from services.notifications.domain.delivery import (
    CARRIES_LETTER,
    GOOD_FOR,
    Attempt,
    Failed,
    Next,
    NotWanted,
    Refused,
    after,
)
from services.notifications.gateways.mail import MailServer
from services.notifications.gateways.signing import signed_headers
from services.notifications.gateways.webhooks import Caller
from services.notifications.handlers.letters import letter_for
from services.notifications.handlers.lining_up import LETTER_COLUMN, MAILBOX
from services.notifications.handlers.record import record_ours
from services.notifications.settings import NotificationsSettings
from services.notifications.store import deliveries, endpoints
from services.notifications.store.deliveries import Claimed
from shared.events.asks import ContactCard, ContactPurpose, ResolveContact, ResolveTherapist, TherapistCard
from shared.events.notifications import DeliveryGivenUp, LetterGivenUp
from shared.events.sealed import EvaluationLink, Letter, MeansLink
from shared.kernel.errors import BrokenPromise
from shared.kernel.ids import DeliveryId, LetterId, ReferralId, TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.privacy import CannotOpen
from shared.web import store as accounts

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=3)
AT_ONCE = 10
SECRET_COLUMN = "endpoint.secret"  # noqa: S105 - the name of a column


async def send_due(kernel: Kernel, mail: MailServer, caller: Caller) -> int:
    """Send everything that is due now; gives how many attempts were made.

    A process that ends between sending and noting leaves a lease behind; the next attempt then carries the same
    Message-ID or webhook id, so that the receiver can tell a second copy from a second message.
    """
    made = 0
    while claimed := await _claim(kernel):
        results = await asyncio.gather(
            *(_attempt(kernel, one, mail, caller) for one in claimed), return_exceptions=True
        )
        made += len(claimed)
        for result in results:
            if isinstance(result, BaseException):
                raise result
    return made


async def _claim(kernel: Kernel) -> list[Claimed]:
    async def claim(tx: Transaction) -> list[Claimed]:
        return await deliveries.claim_due(tx.db, tx.now, lease=tx.new_id(), lasts=LEASE, limit=AT_ONCE)

    return await kernel.perform("deliveries", claim, actor="system")


async def _attempt(kernel: Kernel, claimed: Claimed, mail: MailServer, caller: Caller) -> None:
    match claimed.purpose:
        case "webhook":
            attempt = await _call(kernel, claimed, caller)
        case _:
            attempt = await _mail(kernel, claimed, mail)
    following = after(attempt, purpose=claimed.purpose, attempts=claimed.in_round, jitter=random.random())  # noqa: S311
    log.info(
        "delivery.attempted",
        delivery_id=str(claimed.delivery_id),
        kind=claimed.purpose,
        attempts=claimed.attempts,
        state=following.state,
        reason=following.reason,
    )
    await _note(kernel, claimed, attempt, following)


async def _note(kernel: Kernel, claimed: Claimed, attempt: Attempt, following: Next) -> None:
    async def note(tx: Transaction) -> None:
        due_at = tx.now + following.again_after if following.again_after is not None else None
        noted = await deliveries.note_outcome(
            tx.db,
            claimed,
            following.state,
            following.reason,
            outcome=following.reason or following.state,
            due_at=due_at,
            now=tx.now,
        )
        if isinstance(attempt, Refused) and attempt.disables:
            await endpoints.switch_endpoint(tx.db, _id_in(claimed.recipient), state="disabled", reason=attempt.code)
        if noted and following.state == "given_up":
            await _give_up(claimed, tx)

    await kernel.perform(str(claimed.referral_id or claimed.delivery_id), note, actor="system")


async def _give_up(claimed: Claimed, tx: Transaction) -> None:
    match claimed.purpose:
        case "acknowledgement" | "offer" if claimed.referral_id is not None:
            event = DeliveryGivenUp(
                referral_id=ReferralId(claimed.referral_id),
                delivery_id=DeliveryId(claimed.delivery_id),
                template=claimed.purpose,
            )
            await record_ours(event, tx, tx.emit(event))
        case "acknowledgement" | "offer" | "offer-reminder" | "safeguarding-alert" | "webhook":
            pass
        case "evaluation" | "evaluation-reminder" | "means" | "means-reminder":
            pass
        case "fee" | "fee-reminder" | "bank-details":
            pass
        case "invoice-approved" | "invoice-questioned" | "invoice-paid" | "invoice-returned":
            pass
        case "funder-sign-in" | "funder-report" | "funder-milestone":
            pass
        case "approval-wanted" | "report-due" | "instalment-late":
            pass
        case kind:
            letter_id = LetterId(claimed.delivery_id)
            tx.emit(LetterGivenUp(subject_id=_id_in(claimed.recipient), letter_id=letter_id, kind=kind))


async def _mail(kernel: Kernel, claimed: Claimed, mail: MailServer) -> Attempt:
    settings = cast("NotificationsSettings", kernel.settings)
    match claimed.purpose:
        case "acknowledgement":
            found = await _client_address(kernel, claimed, "acknowledgement")
            link = f"{settings.public_url('intake')}/return"
        case "evaluation" | "evaluation-reminder":
            found, link = await _question(kernel, claimed, "evaluation")
        case "means" | "means-reminder":
            found, link = await _question(kernel, claimed, "means")
        case "fee" | "fee-reminder":
            found, link = await _therapist_address(kernel, claimed), f"{settings.public_url('funding')}/fees/mine"
        case "invoice-approved" | "invoice-questioned" | "invoice-paid" | "invoice-returned" | "bank-details":
            found, link = await _therapist_address(kernel, claimed), f"{settings.public_url('funding')}/invoices/mine"
        case "approval-wanted":
            found, link = _finance_address(settings), f"{settings.public_url('funding')}/awards/approvals"
        case "report-due" | "instalment-late":
            found, link = _finance_address(settings), f"{settings.public_url('funding')}/grants"
        case purpose if purpose in CARRIES_LETTER:
            opened = _opened_letter(kernel, claimed)
            found, link = (opened.email, opened.link or "") if isinstance(opened, Letter) else (opened, "")
        case _:
            found = await _staff_address(kernel, claimed, settings)
            link = f"{settings.public_url('notifications')}/board"
    if not isinstance(found, str):
        return found
    letter = letter_for(claimed.purpose, link=link, phone_number=settings.phone_number)
    return await mail.send(letter, found, message_id=claimed.message_id, now=kernel.clock.now())


async def _question(kernel: Kernel, claimed: Claimed, about: ContactPurpose) -> tuple[str | Attempt, str]:
    try:
        key = kernel.keys.subject_key(str(claimed.delivery_id), claimed.wrapped_key)
        content = key.decrypt_text(LETTER_COLUMN, claimed.letter or b"")
    except CannotOpen as error:
        return Refused(error.code), ""
    link = (MeansLink if about == "means" else EvaluationLink).model_validate_json(content).link
    if claimed.recipient == "client":
        return await _client_address(kernel, claimed, about), link
    return await _therapist_address(kernel, claimed), link


async def _therapist_address(kernel: Kernel, claimed: Claimed) -> str | Attempt:
    question = ResolveTherapist(therapist_id=TherapistId(_id_in(claimed.recipient)))
    try:
        card = await kernel.ask("matching", question, TherapistCard)
    except BrokenPromise as broken:
        return Failed(f"contact-{broken.code}"[:80])
    return card.email or NotWanted("no-channel")


async def _client_address(kernel: Kernel, claimed: Claimed, purpose: ContactPurpose) -> str | Attempt:
    question = ResolveContact(
        referral_id=ReferralId(cast("UUID", claimed.referral_id)), medium="email", purpose=purpose
    )
    try:
        card = await kernel.ask("intake", question, ContactCard)
    except BrokenPromise as broken:
        return Failed(f"contact-{broken.code}"[:80])
    if card.refusal is not None:
        return NotWanted(card.refusal)
    return card.address or NotWanted("no-channel")


def _opened_letter(kernel: Kernel, claimed: Claimed) -> Letter | Attempt:
    if claimed.letter is None:
        return NotWanted("offer-over" if claimed.referral_id else "letter-wiped")
    good_for = GOOD_FOR.get(claimed.purpose)
    if good_for is not None and claimed.created_at + good_for <= kernel.clock.now():
        return NotWanted("link-over")
    try:
        key = kernel.keys.subject_key(str(claimed.delivery_id), claimed.wrapped_key)
        return Letter.model_validate_json(key.decrypt_text(LETTER_COLUMN, claimed.letter))
    except CannotOpen as error:
        return Refused(error.code)


async def _staff_address(kernel: Kernel, claimed: Claimed, settings: NotificationsSettings) -> str | Attempt:
    if claimed.recipient == MAILBOX:
        return settings.safeguarding_mailbox or NotWanted("no-mailbox")
    async with kernel.reading() as db:
        found = [one for one in await accounts.all_accounts(db) if one.account_id == _id_in(claimed.recipient)]
    if not found or found[0].disabled or "@" not in found[0].sign_in_name:
        return NotWanted("account-closed")
    return found[0].sign_in_name


def _finance_address(settings: NotificationsSettings) -> str | Attempt:
    return settings.finance_mailbox or NotWanted("no-mailbox")


async def _call(kernel: Kernel, claimed: Claimed, caller: Caller) -> Attempt:
    async with kernel.reading() as db:
        endpoint = await endpoints.endpoint_by_id(db, _id_in(claimed.recipient))
    if endpoint is None or endpoint.state != "active" or claimed.payload is None:
        return NotWanted("endpoint-disabled")
    try:
        key = kernel.keys.subject_key(str(endpoint.endpoint_id), endpoint.wrapped_key)
        secret = key.decrypt_text(SECRET_COLUMN, endpoint.secret)
    except CannotOpen as error:
        return Refused(error.code)
    headers = signed_headers(secret, claimed.message_id, claimed.payload, kernel.clock.now())
    return await caller.post(endpoint.url, claimed.payload, headers)


def _id_in(recipient: str) -> UUID:
    return UUID(recipient.partition(":")[2])
