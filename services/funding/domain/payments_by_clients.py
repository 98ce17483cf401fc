"""What clients add to each session: whether they paid it, and when their means are looked at again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.kernel.ids import AwardId, MatchId, SessionId
from shared.kernel.money import Pence

Noted = Literal["paid", "not-paid", "waived"]


@dataclass(frozen=True, slots=True)
class ClientsPart:
    """One session to whose fee the client adds something; `noted` is what was said last, None where nothing was."""

    session_id: SessionId
    match_id: MatchId
    award_id: AwardId
    held_on: date
    amount: Pence
    noted: Noted | None


@dataclass(frozen=True, slots=True)
class Sums:
    """What a client's parts come to, by what became of them."""

    paid: Pence
    not_paid: Pence
    waived: Pence
    open: Pence
    unpaid_sessions: int

    @property
    def together(self) -> Pence:
        """What was to be added in all."""
        return Pence(self.paid + self.not_paid + self.waived + self.open)


def sums_of(parts: Iterable[ClientsPart]) -> Sums:
    """Add up what became of the client's parts."""
    amounts: dict[Noted | None, int] = {"paid": 0, "not-paid": 0, "waived": 0, None: 0}
    unpaid = 0
    for part in parts:
        amounts[part.noted] += part.amount
        unpaid += part.noted == "not-paid"
    return Sums(
        Pence(amounts["paid"]), Pence(amounts["not-paid"]), Pence(amounts["waived"]), Pence(amounts[None]), unpaid
    )


def is_to_be_asked_again(sums: Sums, unpaid_until_asked: int) -> bool:
    """Whether so much stayed unpaid that somebody looks at the client's means again; nothing else follows from it."""
    return sums.unpaid_sessions >= unpaid_until_asked
