"""Staff sessions: the guard of every staff page, and what a service hears when one opens or closes."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request

from shared.events.codes import StaffRole
from shared.events.notifications import StaffSessionClosed, StaffSessionOpened
from shared.events.sealed import StaffProfile
from shared.messaging.transaction import Transaction
from shared.web import store
from shared.web.cookies import STAFF_COOKIE, hash_of, idle_for, is_worth_marking, mark_seen
from shared.web.refusals import NotAllowed, SignInNeeded
from shared.web.requests import frame_of, kernel_of
from shared.web.staff import LONGEST_IDLE, Staff


def sign_in_address(request: Request) -> str:
    """Where to sign in, and from there back to this page."""
    frame = frame_of(request)
    address = f"{frame.urls['notifications']}/sign-in"
    if request.method != "GET" or request.url.path.startswith("/sign-in"):
        return address
    here = frame.urls[frame.service] + request.url.path
    if request.url.query:
        here += f"?{request.url.query}"
    return f"{address}?return={quote(here, safe='')}"


async def session_of(request: Request, *, even_idle: bool = False) -> store.Session | None:
    """The open session of this request's cookie, if it was used lately (or, with `even_idle`, at all)."""
    token = request.cookies.get(STAFF_COOKIE)
    if not token:
        return None
    kernel = kernel_of(request)
    now = kernel.clock.now()
    idle = idle_for(request, token, now)
    if not even_idle and (idle is None or idle > LONGEST_IDLE):
        return None
    async with kernel.reading() as db:
        session = await store.open_session(db, hash_of(token), now)
    if session is None:
        return None
    if not even_idle and idle is not None and is_worth_marking(idle):
        mark_seen(request, token, now)
    request.state.staff = session.staff
    return session


def signed_in(*roles: StaffRole) -> Callable[[Request], Awaitable[Staff]]:
    """Dependency of a staff page: whoever is signed in and has one of `roles` (any role when none is named).

    Others are sent to sign in and back again; with the wrong role they see a page that says so (403).
    """

    async def staff_of(request: Request) -> Staff:
        session = await session_of(request)
        if session is None:
            raise SignInNeeded(sign_in_address(request))
        if not session.staff.may(*roles):
            raise NotAllowed
        return session.staff

    return staff_of


async def remember_session(event: StaffSessionOpened, tx: Transaction) -> None:
    """Accept the cookie of somebody who signed in; consumers mark it `subscribes(StaffSessionOpened)`."""
    profile = tx.unseal(event, StaffProfile)
    staff = Staff(event.staff_id, profile.display_name, frozenset(profile.roles))
    if event.expires_at > tx.now:
        await store.add_session(tx.db, store.Session(event.session_hash, staff, tx.now, event.expires_at))


async def forget_session(event: StaffSessionClosed, tx: Transaction) -> None:
    """Accept that cookie no longer; consumers mark it `subscribes(StaffSessionClosed)`."""
    await store.remove_session(tx.db, event.session_hash, event.staff_id)
