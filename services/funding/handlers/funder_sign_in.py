"""People at funders sign in by a link that is sent to them, and out again."""

from uuid import UUID

from services.funding.domain.funders import LINK_IS_GOOD, LONGEST_SIGN_IN
from services.funding.store import funder_contacts, funder_sessions
from services.funding.store.funder_sessions import FunderSession
from shared.events.funding import FunderLetterRequested
from shared.events.sealed import Letter
from shared.kernel.ids import LetterId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web.cookies import hash_of, new_token


async def send_links(kernel: Kernel, email: str, browser: str) -> None:
    """Send a link to everybody at a funder who has this address; `browser` is the cookie of whoever asks."""
    async with kernel.reading() as db:
        found = await funder_contacts.contacts_written_to_at(db, kernel.keys, email)
    for contact_id, funder_id in found:

        async def send(tx: Transaction, contact_id: UUID = contact_id) -> None:
            await _send_link(tx, contact_id, browser)

        await kernel.perform(str(funder_id), send, actor="system")


async def _send_link(tx: Transaction, contact_id: UUID, browser: str) -> None:
    contact = await funder_contacts.contact_by_id(tx.db, tx.keys, contact_id)
    if contact is None:
        return
    token = new_token()
    expires_at = tx.now + LINK_IS_GOOD
    await funder_sessions.add_link(tx.db, hash_of(token), contact_id, hash_of(browser), tx.now, expires_at)
    link = f"{tx.settings.public_url('funding')}/funder/sign-in/{token}"
    tx.emit(
        FunderLetterRequested(funder_id=contact.funder_id, letter_id=LetterId(tx.new_id()), kind="funder-sign-in"),
        seal={"notifications": Letter(email=contact.email, link=link)},
    )


async def sign_in(tx: Transaction, contact_id: UUID, link_token: str, browser: str) -> str | None:
    """Use a link up and open a session; gives its token, or None where the link is not good (any more)."""
    if not await funder_sessions.use_link(tx.db, hash_of(link_token), hash_of(browser), tx.now):
        return None
    token = new_token()
    session = FunderSession(hash_of(token), contact_id, tx.now, tx.now + LONGEST_SIGN_IN)
    await funder_sessions.add_session(tx.db, session)
    return token


async def sign_out(tx: Transaction, session_hash: str) -> None:
    """End a session; one that is not open stays so."""
    await funder_sessions.remove_session(tx.db, session_hash)
