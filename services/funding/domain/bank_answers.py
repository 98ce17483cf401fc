"""What the bank says became of payments: a CSV file, read completely before anything is done."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast
from uuid import UUID

from services.funding.domain.amounts import pence_from
from services.funding.domain.importing import RowError
from shared.kernel.ids import InvoiceId
from shared.kernel.money import Pence

PaymentState = Literal["waiting", "paid", "returned", "taken-out"]
Settled = Literal["paid", "returned"]
COLUMNS = ("reference", "amount", "result", "day", "reason")
LONGEST_REASON = 200
MOST_ERRORS = 100


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of a run, as far as the bank's answer is concerned."""

    payment_id: UUID
    invoice_id: InvoiceId
    reference: str
    amount: Pence
    state: PaymentState
    sent: bool
    """Whether its run was released."""
    made_on: date


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One line of the bank's answer."""

    line: int
    reference: str
    amount: Pence
    result: Settled
    day: date
    reason: str


def read_answer(text: str, today: date) -> tuple[list[AnswerLine], list[RowError]]:
    """The lines of a file, and what is wrong with it in itself; amounts are pounds, days like 2026-06-30."""
    if "\0" in text:
        return [], [RowError(1, "", "This is not a text file.")]
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    found: list[AnswerLine] = []
    errors: list[RowError] = []
    try:
        heading = [name.strip().lower() for name in next(rows, [])]
        if missing := [name for name in COLUMNS if name not in heading]:
            return [], [RowError(1, missing[0], f"The first line must name these columns: {', '.join(COLUMNS)}.")]
        for cells in rows:
            if any(cell.strip() for cell in cells):
                _read_row(rows.line_num, heading, cells, today, found, errors)
    except csv.Error:
        errors.append(RowError(rows.line_num, "", "This line is not CSV: look at its quotation marks."))
    if not found and not errors:
        errors.append(RowError(1, "", "There is no line about a payment in this file."))
    return found, errors[:MOST_ERRORS]


def mistakes(lines: Sequence[AnswerLine], payments: Mapping[str, Payment]) -> list[RowError]:
    """Why a file does not fit what was sent to the bank; nothing where every line fits."""
    errors: list[RowError] = []
    first: dict[str, int] = {}
    for line in lines:
        payment = payments.get(line.reference)
        if line.reference in first:
            sentence = f"This payment is answered twice: first in line {first[line.reference]}."
            errors.append(RowError(line.line, "reference", sentence))
        elif payment is None or not payment.sent:
            errors.append(RowError(line.line, "reference", "No payment was sent with this reference."))
        elif payment.state == "paid":
            errors.append(RowError(line.line, "reference", "This payment is noted as paid already."))
        elif payment.state == "returned":
            errors.append(RowError(line.line, "reference", "This payment is noted as returned already."))
        elif payment.amount != line.amount:
            errors.append(RowError(line.line, "amount", "The payment that was sent was of another amount."))
        elif line.day < payment.made_on:
            errors.append(RowError(line.line, "day", "This day is before the payment was made."))
        first.setdefault(line.reference, line.line)
    return errors[:MOST_ERRORS]


def _read_row(
    number: int,
    heading: Sequence[str],
    cells: Sequence[str],
    today: date,
    found: list[AnswerLine],
    errors: list[RowError],
) -> None:
    if len(cells) != len(heading):
        errors.append(RowError(number, "", f"This line has {len(cells)} columns, the first one {len(heading)}."))
        return
    row = {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
    wrong: list[RowError] = []
    if not row["reference"]:
        wrong.append(RowError(number, "reference", "The reference is missing."))
    try:
        amount = pence_from(row["amount"])
    except ValueError as refusal:
        wrong.append(RowError(number, "amount", str(refusal)))
        amount = Pence(0)
    result = row["result"].lower()
    if result not in ("paid", "returned"):
        wrong.append(RowError(number, "result", "The result must be paid or returned."))
    day = _day(row["day"])
    if day is None or day > today:
        wrong.append(RowError(number, "day", "The day must be one like 2026-06-30 that is not still to come."))
    if result == "returned" and not row["reason"]:
        wrong.append(RowError(number, "reason", "Say why the bank returned it."))
    if len(row["reason"]) > LONGEST_REASON:
        wrong.append(RowError(number, "reason", f"The reason is longer than {LONGEST_REASON} characters."))
    errors.extend(wrong)
    if not wrong and day is not None:
        settled = cast("Settled", result)
        found.append(AnswerLine(number, row["reference"].upper(), amount, settled, day, row["reason"]))


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def references_of(lines: Collection[AnswerLine]) -> list[str]:
    """Every reference that a file names, once each."""
    return sorted({line.reference for line in lines})
