"""The guards of the portal: who is signed in, how far their standing lets them in, and which client is theirs."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.domain.portal import Reach, reach_of
from services.matching.domain.standings import Standing
from shared.kernel.errors import NotFound
from shared.kernel.ids import MatchId, TherapistId
from shared.messaging.kernel import Kernel
from shared.web import kernel_of
from shared.web.refusals import NotAllowed, SignInNeeded
from shared.web.therapists import therapist_signed_in

ThisKernel = Annotated[Kernel, Depends(kernel_of)]


@dataclass(frozen=True, slots=True)
class PortalVisitor:
    """A therapist who is signed in, as their standing is now."""

    therapist_id: TherapistId
    name: str
    session_hash: str
    standing: Standing
    reach: Reach

    @property
    def actor(self) -> str:
        """How they appear as the actor of a transaction."""
        return f"therapist:{self.therapist_id}"


async def signed_in_therapist(request: Request, kernel: ThisKernel) -> PortalVisitor:
    """The therapist who is signed in; one who has left since then is sent away."""
    session = await therapist_signed_in(request)
    async with kernel.reading() as db:
        therapist = await store.therapist_by_id(db, kernel.keys, session.therapist_id)
    if therapist is None or reach_of(therapist.standing) == "nothing":
        raise SignInNeeded("/portal/sign-in")
    standing = therapist.standing
    return PortalVisitor(session.therapist_id, therapist.entry.name, session.session_hash, standing, reach_of(standing))


Signed = Annotated[PortalVisitor, Depends(signed_in_therapist)]


async def entitled_therapist(visitor: Signed) -> PortalVisitor:
    """As `signed_in_therapist`, refused to those who may only go on with what runs."""
    if visitor.reach != "everything":
        raise NotAllowed(
            "running-cases-only",
            "While you are not in good standing, you can go on with your clients but take no new ones.",
        )
    return visitor


Entitled = Annotated[PortalVisitor, Depends(entitled_therapist)]


async def own_match(kernel: Kernel, match_id: UUID, visitor: PortalVisitor) -> Match:
    """A match of this therapist that they have accepted at some time; raises NotFound for every other."""
    async with kernel.reading() as db:
        match = await store.match_by_id(db, MatchId(match_id))
    accepted = match is not None and match.state in ("accepted", "in-therapy", "completed", "ended-early")
    if match is None or match.therapist_id != visitor.therapist_id or not accepted:
        raise NotFound("client-unknown", "There is no such client among yours.")
    return match
