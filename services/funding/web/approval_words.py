"""How what is put to those who approve reads on a page, and how many wait for them."""

from typing import Annotated

from fastapi import Depends, Request

from services.funding.domain.approvals import ProposalKind, ProposalState
from services.funding.store.approval_pages import count_to_approve
from shared.messaging.kernel import Kernel
from shared.web import kernel_of
from shared.web.cookies import STAFF_COOKIE

APPROVALS = "/awards/approvals"
PROPOSAL_STATES: dict[ProposalState, tuple[str, str]] = {
    "waiting": ("Waits for money", "warning"),
    "to-approve": ("To approve", "warning"),
    "granted": ("Granted", "good"),
    "refused": ("Not agreed", "danger"),
    "expired": ("Nobody decided in time", "danger"),
    "withdrawn": ("Withdrawn", ""),
}
KINDS: dict[ProposalKind, str] = {"award": "Award", "top-up": "More for an award that runs"}


def by_whom(actor: str) -> str:
    """Who did something, without a name."""
    kind, _, identity = actor.partition(":")
    return f"Staff {identity[-6:].upper()}" if kind == "staff" else "The rules"


async def count_approvals(request: Request, kernel: Annotated[Kernel, Depends(kernel_of)]) -> None:
    """Dependency of the staff pages about money: lets the navigation say how many wait for approval."""
    if STAFF_COOKIE in request.cookies:
        async with kernel.reading() as db:
            request.state.waiting = {APPROVALS: await count_to_approve(db)}
