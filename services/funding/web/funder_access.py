"""The guard of the funder portal: who is signed in, and of which funder; asked anew with every page."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from services.funding.domain.funders import Contact
from services.funding.store import funder_sessions
from shared.messaging.kernel import Kernel
from shared.web import kernel_of
from shared.web.cookies import FUNDER_COOKIE, FUNDER_SEEN_COOKIE, hash_of, idle_for, is_worth_marking, mark_seen
from shared.web.refusals import SignInNeeded
from shared.web.staff import LONGEST_IDLE

ThisKernel = Annotated[Kernel, Depends(kernel_of)]


@dataclass(frozen=True, slots=True)
class FunderVisitor:
    """Somebody at a funder who is signed in."""

    contact: Contact
    session_hash: str

    @property
    def actor(self) -> str:
        """How they appear as the actor of a transaction."""
        return f"funder:{self.contact.contact_id}"


async def funder_visitor_of(request: Request, kernel: Kernel) -> FunderVisitor | None:
    """Whoever is signed in by this request's cookie and used it lately; nobody once finance has removed them."""
    token = request.cookies.get(FUNDER_COOKIE)
    if not token:
        return None
    now = kernel.clock.now()
    idle = idle_for(request, token, now, seen=FUNDER_SEEN_COOKIE)
    if idle is None or idle > LONGEST_IDLE:
        return None
    async with kernel.reading() as db:
        contact = await funder_sessions.signed_in_by(db, kernel.keys, hash_of(token), now)
    if contact is None:
        return None
    if is_worth_marking(idle):
        mark_seen(request, token, now, seen=FUNDER_SEEN_COOKIE)
    return FunderVisitor(contact, hash_of(token))


async def signed_in_funder(request: Request, kernel: ThisKernel) -> FunderVisitor:
    """Dependency of a portal page: who is signed in; others are sent to sign in."""
    visitor = await funder_visitor_of(request, kernel)
    if visitor is None:
        raise SignInNeeded("/funder/sign-in")
    return visitor


SignedFunder = Annotated[FunderVisitor, Depends(signed_in_funder)]
