"""Finance notes and removes the people at a funder; whoever is removed is signed out at once."""

from uuid import UUID

from services.funding.domain.funders import MOST_CONTACTS, Contact
from services.funding.store import funder_contacts
from shared.kernel.addresses import is_address, plain_address
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FunderId
from shared.messaging.transaction import Transaction


async def add_contact(tx: Transaction, funder_id: UUID, name: str, email: str) -> UUID:
    """Let somebody at a funder be written to and sign in; the transaction runs under the key of the funder."""
    if await funder_contacts.funder_name(tx.db, funder_id) is None:
        raise NotFound("funder-unknown", "There is no such funder.")
    if not name.strip():
        raise Unprocessable("name-missing", "Enter their name.")
    if not is_address(email):
        raise Unprocessable("email-not-valid", "Enter an e-mail address, like name@example.com.")
    known = await funder_contacts.contacts_of(tx.db, tx.keys, funder_id)
    if plain_address(email) in {plain_address(one.email) for one in known}:
        raise Conflict("email-known", "This address is on the list already.")
    if len(known) >= MOST_CONTACTS:
        raise Conflict("contacts-too-many", f"A funder has at most {MOST_CONTACTS} people here. Remove somebody first.")
    contact = Contact(tx.new_id(), FunderId(funder_id), name.strip(), email.strip())
    await funder_contacts.add_contact(tx.db, tx.keys, contact, tx.now, tx.actor)
    return contact.contact_id


async def remove_contact(tx: Transaction, funder_id: UUID, contact_id: UUID) -> None:
    """Write to somebody no longer, and end every sign-in of theirs; raises NotFound for somebody of another funder."""
    if not await funder_contacts.remove_contact(tx.db, funder_id, contact_id):
        raise NotFound("contact-unknown", "This person is not on the list any more.")
