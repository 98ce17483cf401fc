"""Has everybody at a funder written to: a report is there, or something about a fund is worth knowing."""

from uuid import UUID

from services.funding.store import funder_contacts
from shared.events.codes import FunderLetterKind
from shared.events.funding import FunderLetterRequested
from shared.events.sealed import Letter
from shared.kernel.ids import LetterId
from shared.messaging.transaction import Transaction


async def write_to_funder(tx: Transaction, funder_id: UUID, kind: FunderLetterKind, path: str) -> None:
    """One letter to each person at a funder, with a link to a page of the portal, which opens to them alone."""
    for contact in await funder_contacts.contacts_of(tx.db, tx.keys, funder_id):
        link = f"{tx.settings.public_url('funding')}{path}"
        tx.emit(
            FunderLetterRequested(funder_id=contact.funder_id, letter_id=LetterId(tx.new_id()), kind=kind),
            seal={"notifications": Letter(email=contact.email, link=link)},
        )
