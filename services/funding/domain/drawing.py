"""Which sessions draw an award, and how much of each comes from which fund."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.funding.domain.choice import Part
from shared.kernel.ids import MatchId, ReferralId, SessionId
from shared.kernel.money import Pence

SessionOutcome = Literal["attended", "missed", "cancelled"]


@dataclass(frozen=True, slots=True)
class HeardSession:
    """What was heard last about a session; one that was cancelled needs no day."""

    session_id: SessionId
    match_id: MatchId
    referral_id: ReferralId
    result: SessionOutcome
    held_on: date | None


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """From its first day on: whether a session that the client missed is paid all the same."""

    valid_from: date
    missed_is_paid: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """The sessions whose money is taken back, and then those that are paid, in this order."""

    take_back: tuple[SessionId, ...]
    pay: tuple[SessionId, ...]


def is_payable(session: HeardSession, policies: Collection[SessionPolicy]) -> bool:
    """Whether a session is one that the charity pays, by the policy of its day."""
    if session.held_on is None or session.result == "cancelled":
        return False
    if session.result == "attended":
        return True
    held_on = session.held_on
    in_force = max((one for one in policies if one.valid_from <= held_on), key=lambda one: one.valid_from, default=None)
    return in_force is not None and in_force.missed_is_paid


def changes(
    sessions: Sequence[HeardSession],
    paid: Collection[SessionId],
    policies: Collection[SessionPolicy],
    *,
    at_most: int,
    until: date | None,
) -> Changes:
    """What must move so that exactly the payable sessions are paid: the earliest, `at_most` so many, up to `until`.

    What is paid and still payable stays paid, whatever is heard later, so that no money moves back and forth.
    """
    payable = {session.session_id for session in sessions if is_payable(session, policies)}
    kept = payable.intersection(paid)
    waiting = sorted(
        (session.held_on, session.session_id)
        for session in sessions
        if session.session_id in payable - kept
        and session.held_on is not None
        and (until is None or session.held_on <= until)
    )
    return Changes(
        take_back=tuple(sorted(set(paid) - kept)),
        pay=tuple(session_id for _, session_id in waiting[: max(0, at_most - len(kept))]),
    )


def next_to_pay(promised: Mapping[UUID, Sequence[Part]], share: Pence) -> tuple[UUID, Pence]:
    """From which reservation a session is paid, and how much: the first that holds enough, else all of the fullest."""
    held = {reservation_id: sum(part.amount for part in parts) for reservation_id, parts in promised.items()}
    enough = next((reservation_id for reservation_id in sorted(held) if held[reservation_id] >= share), None)
    fullest = max(sorted(held), key=lambda reservation_id: held[reservation_id])
    return (enough, share) if enough is not None else (fullest, Pence(held[fullest]))


def share_out(amount: Pence, held: Sequence[Part]) -> tuple[Part, ...]:
    """One session's amount over the funds that still hold money for it, each in proportion to what it holds.

    Whole pence; what is left over by rounding comes from the largest remainders, so that no fund gives more than it
    holds, and none keeps to a share of the fee in one session and gives all of another. Raises ValueError where
    they hold less than the amount.
    """
    together = sum(part.amount for part in held)
    if not 0 <= amount <= together:
        raise ValueError("a session cannot draw more than is promised")
    if amount == 0:
        return ()
    shares = {at: amount * part.amount // together for at, part in enumerate(held)}
    by_remainder = sorted(shares, key=lambda at: (-(amount * held[at].amount % together), held[at].fund_id))
    more = set(by_remainder[: amount - sum(shares.values())])
    drawn = [Part(part.fund_id, Pence(shares[at] + (at in more))) for at, part in enumerate(held)]
    return tuple(part for part in drawn if part.amount > 0)
