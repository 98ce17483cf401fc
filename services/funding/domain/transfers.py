"""Moving money from one fund to another: only where no funder tied it, and only what is neither promised nor spent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.funding.domain.funds import Fund
from services.funding.domain.vocabulary import FundKind
from shared.kernel.ids import FundId
from shared.kernel.money import Pence, pounds

TransferState = Literal["asked", "done", "refused"]
Side = Literal["from_fund", "to_fund", "amount"]
FREE: frozenset[FundKind] = frozenset({"unrestricted", "designated"})


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that somebody asks to move, and what the second person said."""

    transfer_id: UUID
    from_fund: FundId
    to_fund: FundId
    amount: Pence
    reason: str
    state: TransferState
    asked_by: str
    asked_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why this money may not move, and which of the answers is wrong."""

    side: Side
    sentence: str


def refusal(source: Fund, target: Fund, amount: Pence) -> Refused | None:
    """Why money may not move from one fund to the other today; None where it may.

    What a funder gave for a purpose stays with it. What the trustees designated they may designate otherwise.
    """
    if source.fund_id == target.fund_id:
        return Refused("to_fund", "Choose another fund than the one the money comes from.")
    if source.kind not in FREE:
        return Refused(
            "from_fund",
            f"{source.name} is restricted: its funder gave it for a purpose, so it cannot move to another fund.",
        )
    if target.kind not in FREE:
        return Refused(
            "to_fund",
            f"{target.name} is restricted: it holds only what its funder gave, so no other money can move into it.",
        )
    if target.restrictions.closed:
        return Refused("to_fund", f"{target.name} is closed.")
    if amount <= 0:
        return Refused("amount", "The amount must be more than nothing.")
    if amount > source.available:
        return Refused(
            "amount",
            f"{source.name} has {pounds(source.available)} that is neither promised nor spent; no more can move.",
        )
    return None
