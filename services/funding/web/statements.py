"""The statement of a fund on any day, for a spreadsheet: every movement up to then, and how it stood."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.funding.domain.days import day_of, end_of
from services.funding.domain.ledger import Account
from services.funding.store import funds, ledger, pages
from services.funding.web.bars import ORDER
from services.funding.web.words import ACCOUNTS, MOVEMENTS, short
from shared.db import Record
from shared.kernel.errors import NotFound, Unprocessable
from shared.kernel.ids import FundId
from shared.kernel.spreadsheets import as_csv
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, signed_in

router = APIRouter()
HEADING = ("When", "What", "Pounds", "Award", "Reference", "Received on", "By")
STANDING: tuple[Account, ...] = ("received", *ORDER)


@router.get("/funds/{fund_id}/statement.csv")
async def statement(
    fund_id: UUID,
    kernel: Annotated[Kernel, Depends(kernel_of)],
    _staff: Annotated[Staff, Depends(signed_in("finance", "coordinator"))],
    on: str = "",
) -> Response:
    """Every movement of a fund up to the end of a day, the earliest first, and then what was in each account."""
    day = _day(on, day_of(kernel.clock.now()))
    async with kernel.reading() as db:
        kept = await funds.fund_kept(db, FundId(fund_id))
        if kept is None:
            raise NotFound("fund-unknown", "There is no such fund.")
        lines = await pages.ledger_lines(db, kept.fund.fund_id, before=end_of(day), limit=None)
        stood = (await ledger.balances_at(db, [kept.fund.fund_id], end_of(day)))[kept.fund.fund_id]
    end = f"At the end of {day.isoformat()}"
    rows = [
        *(_row(line) for line in reversed(lines)),
        *((end, ACCOUNTS[account], _pounds(getattr(stood, account))) for account in STANDING),
    ]
    headers = {"Content-Disposition": f'attachment; filename="fund-{short(fund_id)}-{day.isoformat()}.csv"'}
    return Response(as_csv(HEADING, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _row(line: Record) -> tuple[object, ...]:
    award = short(line["award_id"]) if line["award_id"] else ""
    when = line["happened_at"].isoformat(timespec="seconds")
    return (
        *(when, MOVEMENTS[line["kind"]], _pounds(line["amount"]), award),
        *(line["reference"] or line["other"] or line["grant_reference"], line["received_on"], line["actor"]),
    )


def _pounds(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _day(typed: str, today: date) -> date:
    try:
        day = date.fromisoformat(typed) if typed else today
    except ValueError as error:
        raise Unprocessable("day-unknown", "This is not a day.") from error
    if day > today:
        raise Unprocessable("day-in-future", "There is no statement of a day that is still to come.")
    return day
