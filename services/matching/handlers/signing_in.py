"""Therapists sign in by a link that is sent to them, and out again; funding is told of both."""

from services.matching import store
from services.matching.domain.portal import LINK_IS_GOOD, LONGEST_SIGN_IN, reach_of
from services.matching.store import signing_in
from shared.events.asks import TherapistCard
from shared.events.matching import LetterRequested, TherapistSessionClosed, TherapistSessionOpened
from shared.events.sealed import Letter, TherapistProfile
from shared.kernel.ids import LetterId, TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import therapist_store
from shared.web.cookies import hash_of, new_token
from shared.web.therapist_store import TherapistSession

AT_ONCE = 200


async def send_links(kernel: Kernel, email: str, browser: str) -> None:
    """Send a link to everybody entitled who has this address; `browser` is the cookie of whoever asks."""
    async with kernel.reading() as db:
        found = await signing_in.therapists_written_to_at(db, kernel.keys, email)
    for therapist_id in found:

        async def send(tx: Transaction, therapist_id: TherapistId = therapist_id) -> None:
            await _send_link(tx, therapist_id, browser)

        await kernel.perform(str(therapist_id), send, actor="system")


async def _send_link(tx: Transaction, therapist_id: TherapistId, browser: str) -> None:
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id)
    if therapist is None or reach_of(therapist.standing) == "nothing":
        return
    token = new_token()
    await signing_in.add_sign_in_link(
        tx.db, hash_of(token), therapist_id, hash_of(browser), tx.now, tx.now + LINK_IS_GOOD
    )
    link = f"{tx.settings.public_url('matching')}/portal/sign-in/{token}"
    tx.emit(
        LetterRequested(subject_id=therapist_id, letter_id=LetterId(tx.new_id()), kind="sign-in"),
        seal={"notifications": Letter(email=therapist.entry.email, link=link)},
    )


async def sign_in(tx: Transaction, therapist_id: TherapistId, link_token: str, browser: str) -> str | None:
    """Use a link up and open a session; gives its token, or None where the link is not good (any more)."""
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id)
    if therapist is None or reach_of(therapist.standing) == "nothing":
        return None
    if not await signing_in.use_link(tx.db, hash_of(link_token), hash_of(browser), tx.now):
        return None
    token, name = new_token(), therapist.entry.name
    session = TherapistSession(hash_of(token), therapist_id, name, tx.now, tx.now + LONGEST_SIGN_IN)
    await therapist_store.add_session(tx.db, tx.keys, session)
    tx.emit(
        TherapistSessionOpened(
            therapist_id=therapist_id, session_hash=session.session_hash, expires_at=session.expires_at
        ),
        seal={"funding": TherapistProfile(display_name=name)},
    )
    return token


async def sign_out(tx: Transaction, therapist_id: TherapistId, session_hash: str) -> bool:
    """End one session; False where it was not open, or is somebody else's."""
    if not await therapist_store.remove_session(tx.db, session_hash, therapist_id):
        return False
    tx.emit(TherapistSessionClosed(therapist_id=therapist_id, session_hash=session_hash))
    return True


async def sign_out_everywhere(tx: Transaction, therapist_id: TherapistId, *, but: str = "") -> None:
    """End every session of a therapist, except perhaps one."""
    for session_hash, _, _ in await therapist_store.opened_at(tx.db, therapist_id, tx.now):
        if session_hash != but:
            await sign_out(tx, therapist_id, session_hash)


async def card_of(tx: Transaction, therapist_id: TherapistId) -> TherapistCard:
    """Where a therapist can be written to at this moment; nowhere once they have gone."""
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id)
    if therapist is None or reach_of(therapist.standing) == "nothing":
        return TherapistCard()
    return TherapistCard(name=therapist.entry.name, email=therapist.entry.email)


async def hash_addresses(kernel: Kernel) -> None:
    """Make therapists findable who were in the register before addresses were hashed."""

    async def hash_some(tx: Transaction) -> int:
        found = await signing_in.addresses_not_hashed(tx.db, tx.keys, AT_ONCE)
        for therapist_id, email in found:
            await signing_in.keep_address_hash(tx.db, tx.keys, therapist_id, email)
        return len(found)

    async with kernel.reading() as db:
        if not await signing_in.addresses_not_hashed(db, kernel.keys, 1):
            return
    while await kernel.perform("sign-in-addresses", hash_some, actor="system") == AT_ONCE:
        pass
