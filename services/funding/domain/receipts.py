"""Receipts for fees that were paid, and what a therapist owed and settled in a year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.funding.domain.fees import Fee, FeeKind
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence

Step = Literal["raised", "paid", "payment-undone", "waived"]
SIGNS: dict[Step, int] = {"raised": 1, "paid": -1, "payment-undone": 1, "waived": -1}
"""How each changes what is owed."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was paid, when and for what; numbers run through the year in which it was paid, without a gap."""

    year: int
    number: int
    fee_id: UUID
    therapist_id: TherapistId
    kind: FeeKind
    for_year: int
    amount: Pence
    paid_on: date
    undone_on: date | None = None
    made_out_to: str = ""

    @property
    def label(self) -> str:
        """The number as people quote it."""
        return f"R{self.year}-{self.number:04d}"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed what a therapist owes; `amount` is below zero where it became less."""

    day: date
    step: Step
    fee_id: UUID
    kind: FeeKind
    for_year: int
    amount: Pence


@dataclass(frozen=True, slots=True)
class Statement:
    """A year of one therapist's fees: what was owed before, what happened, and what was owed at the end."""

    year: int
    until: date
    before: Pence
    lines: Sequence[Line]

    @property
    def owed(self) -> Pence:
        """What was still to be paid at the end."""
        return Pence(self.before + sum(line.amount for line in self.lines))

    @property
    def paid(self) -> Pence:
        """What was paid in the year, less what was taken back."""
        return Pence(-sum(line.amount for line in self.lines if line.step in ("paid", "payment-undone")))


def line_of(fee: Fee, step: Step, day: date) -> Line:
    """What a step of a fee does to what is owed."""
    return Line(day, step, fee.fee_id, fee.kind, fee.year, Pence(SIGNS[step] * fee.amount))


def statement_of(lines: Iterable[Line], year: int, today: date) -> Statement:
    """The statement of a calendar year; of the running one, up to and with today. A past year never changes again."""
    until = min(date(year, 12, 31), today)
    known = sorted((line for line in lines if line.day <= until), key=lambda line: line.day)
    before = Pence(sum(line.amount for line in known if line.day.year < year))
    return Statement(year, until, before, tuple(line for line in known if line.day.year == year))
