"""Therapists' sessions: the guard of the portal's pages, and what a service hears when one opens or closes.

Nothing here is shared with staff sessions but the rules about time: another cookie, another table, another guard.
"""

from datetime import datetime

from starlette.requests import Request

from shared.events.matching import TherapistSessionClosed, TherapistSessionOpened
from shared.events.sealed import TherapistProfile
from shared.messaging.transaction import Transaction
from shared.web import therapist_store
from shared.web.cookies import THERAPIST_COOKIE, THERAPIST_SEEN_COOKIE, hash_of, idle_for, is_worth_marking, mark_seen
from shared.web.refusals import SignInNeeded
from shared.web.requests import frame_of, kernel_of
from shared.web.staff import LONGEST_IDLE
from shared.web.therapist_store import TherapistSession


async def therapist_session_of(request: Request) -> TherapistSession | None:
    """The open session of this request's cookie, if it was used lately."""
    token = request.cookies.get(THERAPIST_COOKIE)
    if not token:
        return None
    kernel = kernel_of(request)
    now: datetime = kernel.clock.now()
    idle = idle_for(request, token, now, seen=THERAPIST_SEEN_COOKIE)
    if idle is None or idle > LONGEST_IDLE:
        return None
    async with kernel.reading() as db:
        session = await therapist_store.open_session(db, kernel.keys, hash_of(token), now)
    if session is not None and is_worth_marking(idle):
        mark_seen(request, token, now, seen=THERAPIST_SEEN_COOKIE)
    return session


async def therapist_signed_in(request: Request) -> TherapistSession:
    """Dependency of a portal page: the therapist who is signed in; others are sent to sign in."""
    session = await therapist_session_of(request)
    if session is None:
        raise SignInNeeded(f"{frame_of(request).urls['matching']}/portal/sign-in")
    return session


async def remember_therapist(event: TherapistSessionOpened, tx: Transaction) -> None:
    """Accept the cookie of a therapist who signed in; consumers mark it `subscribes(TherapistSessionOpened)`."""
    name = tx.unseal(event, TherapistProfile).display_name
    if event.expires_at > tx.now:
        session = TherapistSession(event.session_hash, event.therapist_id, name, tx.now, event.expires_at)
        await therapist_store.add_session(tx.db, tx.keys, session)


async def forget_therapist(event: TherapistSessionClosed, tx: Transaction) -> None:
    """Accept that cookie no longer; consumers mark it `subscribes(TherapistSessionClosed)`."""
    await therapist_store.remove_session(tx.db, event.session_hash, event.therapist_id)
