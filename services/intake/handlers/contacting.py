"""Who a client is and how they may be reached: told only to those who may know, and noted whenever a person looks."""

from services.intake.domain.answers import Contact
from services.intake.domain.codes import Purpose
from services.intake.domain.contacting import DoNotContact, Reach, reach, why_not_for_therapist
from services.intake.store import consents, vault
from services.intake.store.access import note_look
from services.intake.store.referrals import referral_of
from shared.db import Connection
from shared.events.asks import (
    ClientContact,
    ContactCard,
    ContactPurpose,
    Identity,
    ResolveContact,
    RevealContactToTherapist,
    RevealIdentity,
)
from shared.kernel.errors import NotFound, Unprocessable
from shared.messaging.transaction import Transaction
from shared.privacy import Erased, Keyring

SHORTEST_REASON = 5
AGREEMENTS: dict[ContactPurpose, Purpose] = {"evaluation": "evaluation", "means": "subsidy"}
"""What a client is asked only where they agreed to be asked; anything else goes with the referral."""


async def resolve_contact(question: ResolveContact, db: Connection, keys: Keyring) -> ContactCard:
    """Where the client may be reached now by one medium, or that they must not be; never their name."""
    referral = await referral_of(db, question.referral_id)
    if referral is None:
        return ContactCard(refusal="unknown")
    try:
        contact = (await vault.kept_of(db, keys, question.referral_id)).contact
    except Erased:
        return ContactCard(refusal="erased")
    agreed = await consents.in_force(db, question.referral_id)
    agreement = AGREEMENTS.get(question.purpose, "referral")
    match reach(contact, question.medium, state=referral.state, consents=agreed, agreement=agreement):
        case DoNotContact(refusal):
            return ContactCard(refusal=refusal)
        case Reach(address=address):
            return ContactCard(
                address=address, may_leave_message=contact.may_leave_message, safe_hours=contact.safe_hours
            )


async def reveal(question: RevealIdentity, tx: Transaction) -> Identity:
    """Who the client is, for a stated reason, with a row in the access log; raises Unprocessable without a reason."""
    reason = question.reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Unprocessable("reason-missing", "Say in a few words why you need to see this.")
    if await referral_of(tx.db, question.referral_id) is None:
        raise NotFound("referral-unknown", "There is no such referral.")
    contact: Contact = (await vault.kept_of(tx.db, tx.keys, question.referral_id)).contact
    await note_look(
        tx.db,
        tx.keys,
        question.referral_id,
        tx.new_id(),
        now=tx.now,
        actor=f"staff:{question.staff_id}",
        what="contact",
        reason=reason,
    )
    return Identity(
        name=contact.name,
        channel=contact.channel,
        email=contact.email,
        phone=contact.phone,
        may_leave_message=contact.may_leave_message,
        safe_hours=contact.safe_hours,
    )


async def reveal_to_therapist(question: RevealContactToTherapist, tx: Transaction) -> ClientContact:
    """Who the client is, for the therapist who accepted them, with a row in the access log for every look.

    Two things are checked that the asker cannot know better: that the client agrees to sharing at this moment, and
    that it is this match which was offered last and accepted.
    """
    referral = await referral_of(tx.db, question.referral_id)
    if referral is None:
        return ClientContact(refusal="unknown")
    refusal = why_not_for_therapist(
        referral.state,
        await consents.in_force(tx.db, question.referral_id),
        offered=referral.offered_match == question.match_id,
        accepted=referral.state in ("accepted", "in_therapy"),
    )
    if refusal is not None:
        return ClientContact(refusal=refusal)
    try:
        contact = (await vault.kept_of(tx.db, tx.keys, question.referral_id)).contact
    except Erased:
        return ClientContact(refusal="erased")
    await note_look(
        tx.db,
        tx.keys,
        question.referral_id,
        tx.new_id(),
        now=tx.now,
        actor=f"therapist:{question.therapist_id}",
        what="contact",
        reason="The therapist who accepted, to arrange sessions",
    )
    return ClientContact(
        name=contact.name,
        channel=contact.channel,
        email=contact.email if contact.channel == "email" else "",
        phone=contact.phone if contact.channel in ("phone", "text") else "",
        may_leave_message=contact.may_leave_message,
        safe_hours=contact.safe_hours,
    )
