"""Brings in funds and gifts from a CSV file, and forms from JSON: all of it or, where anything is wrong, nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.funding.domain.days import day_of
from services.funding.domain.importing import FundRow, RowError, read_funds
from services.funding.domain.questionnaires import questionnaires_in
from services.funding.handlers.money import Gift, open_fund, receive_money
from services.funding.store import funds, questionnaires
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import FundId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Imported:
    """What was new in a file; what was there before is not counted."""

    funds: int
    payments: int


class RefusedFile(Unprocessable):
    """The file was not taken in; `errors` says line by line why."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__("file-refused", "The file was not taken in, because some rows are wrong.")
        self.errors = tuple(errors)


async def import_funds(tx: Transaction, text: str) -> Imported:
    """Take in a whole file in this transaction; run again, it changes nothing. Raises RefusedFile."""
    rows, errors = _split(read_funds(text, day_of(tx.now)))
    if errors:
        raise RefusedFile(errors)
    opened = payments = 0
    for row in rows:
        try:
            fund_id, is_new = await _fund_for(tx, row)
            opened += is_new
            if row.amount is not None and row.received_on is not None:
                gift = Gift(fund_id, row.amount, row.reference, row.received_on)
                payments += await receive_money(tx, gift)
        except Conflict as refusal:
            raise RefusedFile([RowError(row.line, "", refusal.sentence)]) from refusal
    return Imported(opened, payments)


async def _fund_for(tx: Transaction, row: FundRow) -> tuple[FundId, bool]:
    funder_id = await funds.funder_named(tx.db, row.funder)
    known = await funds.fund_of(tx.db, funder_id, row.name) if funder_id else None
    if known is None:
        terms = row.restrictions
        return await open_fund(tx, funder=row.funder, name=row.name, kind=row.kind, restrictions=terms), True
    kept = await funds.fund_kept(tx.db, known)
    if kept is not None and (kept.fund.kind, kept.fund.restrictions) != (row.kind, row.restrictions):
        raise Conflict(
            "fund-differs", f"The fund {row.name} is known with other terms; terms are not changed by a file."
        )
    return known, False


def _split(read: list[FundRow] | list[RowError]) -> tuple[list[FundRow], list[RowError]]:
    return [one for one in read if isinstance(one, FundRow)], [one for one in read if isinstance(one, RowError)]


async def import_questionnaires(tx: Transaction, text: str) -> int:
    """Take in every form of a JSON file, or none; gives how many were new. Raises Unprocessable or Conflict."""
    try:
        forms = questionnaires_in(text)
    except ValueError as error:
        raise Unprocessable("questionnaires-refused", str(error)) from error
    return sum([await questionnaires.add_questionnaire(tx.db, form) for form in forms])
