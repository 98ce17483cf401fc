"""Therapists' invoices: their states, which lines stand, which credits come with them, and who may approve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from shared.kernel.errors import Conflict
from shared.kernel.ids import InvoiceId, MatchId, SessionId, TherapistId
from shared.kernel.money import Pence

InvoiceState = Literal["draft", "submitted", "questioned", "approved", "in-run", "paid", "bank-returned", "cancelled"]
Decision = Literal[
    "made", "submitted", "first-approval", "approved", "questioned", "corrected", "cancelled", "in-run", "taken-out",
    "paid", "bank-returned", "payable-again",
]  # fmt: skip
LineKind = Literal["session", "credit"]
INVOICE_STATES: tuple[InvoiceState, ...] = get_args(InvoiceState)
INVOICE_WORDS: dict[InvoiceState, str] = {
    "draft": "a draft",
    "submitted": "sent",
    "questioned": "in question",
    "approved": "approved",
    "in-run": "in a payment run",
    "paid": "paid",
    "bank-returned": "returned by the bank",
    "cancelled": "cancelled",
}
MOVES: frozenset[tuple[InvoiceState, InvoiceState]] = frozenset(
    {
        ("draft", "submitted"),
        ("submitted", "approved"),
        ("submitted", "paid"),
        ("questioned", "submitted"),
        ("approved", "in-run"),
        ("in-run", "approved"),
        ("in-run", "questioned"),
        ("in-run", "paid"),
        ("in-run", "bank-returned"),
        ("paid", "bank-returned"),
        ("bank-returned", "approved"),
        *((state, "questioned") for state in ("submitted", "approved", "bank-returned")),
        *((state, "cancelled") for state in ("draft", "submitted", "questioned", "approved", "bank-returned")),
    }
)


@dataclass(frozen=True, slots=True)
class InvoicePolicy:
    """From its first day on: up to which amount one person approves, and when a client's means are looked at again."""

    valid_from: date
    approved_by_one_to: Pence
    unpaid_until_asked: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice of one therapist; `number` is what people call it by."""

    invoice_id: InvoiceId
    number: int
    therapist_id: TherapistId
    state: InvoiceState
    made_by: str
    made_at: datetime
    own_reference: str = ""

    @property
    def code(self) -> str:
        """How the invoice is called, in letters and on bank statements."""
        return f"INV{self.number:06d}"


@dataclass(frozen=True, slots=True)
class Line:
    """A session, or a credit for one that was paid and turned out not to be payable; `drawn` is what it cost since."""

    line_id: UUID
    kind: LineKind
    session_id: SessionId
    match_id: MatchId
    held_on: date
    fee: Pence
    contribution: Pence
    amount: Pence
    drawn: Pence
    credits: UUID | None = None
    credited: bool = False

    @property
    def stands(self) -> bool:
        """Whether the ledger still says what the line says; what was credited is settled by that."""
        return self.kind == "credit" or self.credited or self.drawn == self.amount


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about an invoice, by whom, when and why."""

    decision: Decision
    actor: str
    decided_at: datetime
    reason: str = ""


def total(lines: Iterable[Line]) -> Pence:
    """What the lines come to."""
    return Pence(sum(line.amount for line in lines))


def policy_on(policies: Iterable[InvoicePolicy], day: date) -> InvoicePolicy:
    """The policy of a day; raises ValueError before the first."""
    return max((one for one in policies if one.valid_from <= day), key=lambda one: one.valid_from)


def require_move(present: InvoiceState, following: InvoiceState) -> None:
    """Raise `Conflict` unless an invoice may move so."""
    if (present, following) not in MOVES:
        raise Conflict(f"invoice-is-{present}", f"This invoice is {INVOICE_WORDS[present]}, so that cannot be done.")


def fitting_credits(asked: Pence, due: Sequence[Line]) -> tuple[Line, ...]:
    """The paid lines to credit with an invoice over `asked`: the earliest, whole, and never more than is asked for."""
    chosen: list[Line] = []
    left = asked
    for line in sorted(due, key=lambda one: (one.held_on, one.line_id)):
        if line.amount <= left:
            chosen.append(line)
            left = Pence(left - line.amount)
    return tuple(chosen)


def credits_to_drop(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The credits that no longer fit once lines were taken off: the latest, until nothing is owed to us."""
    dropped: list[Line] = []
    over = -total(lines)
    for line in reversed([one for one in lines if one.kind == "credit"]):
        if over <= 0:
            break
        dropped.append(line)
        over += line.amount
    return tuple(dropped)


def approvers_of(history: Sequence[Decided]) -> tuple[str, ...]:
    """Who has approved since the invoice was last sent or questioned."""
    found: list[str] = []
    for one in history:
        if one.decision in ("submitted", "questioned", "corrected"):
            found = []
        elif one.decision == "first-approval":
            found.append(one.actor)
    return tuple(found)


def require_other_than_who_returned(history: Sequence[Decided], actor: str) -> None:
    """Raise Conflict where `actor` noted that the payment came back: nobody has something paid twice by themselves."""
    if actor == next((one.actor for one in reversed(history) if one.decision == "bank-returned"), ""):
        raise Conflict("own-return", "You noted that the money came back. Somebody else has to let it be paid again.")


def approve(
    invoice: Invoice, amount: Pence, history: Sequence[Decided], policy: InvoicePolicy, actor: str
) -> Literal["approved", "first-approval"]:
    """What an approval by `actor` comes to: above the limit of the policy it takes two.

    Raises Conflict for whoever made or sent the invoice, and for whoever has approved it before.
    """
    if invoice.state != "submitted":
        require_move(invoice.state, "approved")
        raise Conflict("invoice-not-submitted", "This invoice is not waiting for an approval.")
    if actor in {invoice.made_by, *(one.actor for one in history if one.decision == "submitted")}:
        raise Conflict("own-invoice", "You made this invoice yourself. Somebody else has to approve it.")
    before = approvers_of(history)
    if actor in before:
        raise Conflict("approved-before", "You have approved this already. A second person has to agree.")
    return "approved" if before or amount <= policy.approved_by_one_to else "first-approval"
