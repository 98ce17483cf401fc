"""Receipts and yearly statements of therapists' fees as PDF, for finance and for each therapist their own."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from services.funding.domain.days import day_of
from services.funding.domain.receipts import Receipt, Statement, statement_of
from services.funding.handlers.receipts import name_of, receipt_of
from services.funding.store import fees, receipts
from services.funding.web.fee_words import KINDS, STEPS
from services.funding.web.printing import pdf_from
from services.funding.web.words import short
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.kernel.spreadsheets import as_csv
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in
from shared.web.therapist_store import TherapistSession
from shared.web.therapists import therapist_signed_in

router = APIRouter(prefix="/fees")
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Finance = Annotated[Staff, Depends(signed_in("finance"))]
SignedTherapist = Annotated[TherapistSession, Depends(therapist_signed_in)]
FIRST_YEAR = 2000
HEADING = ("Receipt", "Paid on", "Pounds", "For", "Therapist", "Fee", "Taken back on")


@router.get("/receipts")
async def receipts_page(request: Request, kernel: ThisKernel, _staff: Finance, year: int = 0) -> Response:
    """Every receipt of a year; therapists by id only."""
    chosen, this_year = _year(kernel, year)
    async with kernel.reading() as db:
        rows = await receipts.receipts_of_year(db, kernel.keys, chosen)
    good = [one for one in rows if one.undone_on is None]
    return page(
        request,
        "fees/receipts.html",
        rows=rows,
        year=chosen,
        this_year=this_year,
        total=sum(one.amount for one in good),
        number=len(good),
        kinds=KINDS,
        short=short,
    )


@router.get("/receipts.csv")
async def receipts_file(kernel: ThisKernel, _staff: Finance, year: int = 0) -> Response:
    """Every receipt of a year for a spreadsheet."""
    chosen, _ = _year(kernel, year)
    async with kernel.reading() as db:
        rows = await receipts.receipts_of_year(db, kernel.keys, chosen)
    lines = [
        (
            *(
                one.label,
                one.paid_on,
                f"{one.amount // 100}.{one.amount % 100:02d}",
                f"{KINDS[one.kind]} {one.for_year}",
            ),
            *(short(one.therapist_id), short(one.fee_id), one.undone_on or ""),
        )
        for one in rows
    ]
    headers = _as_file(f"receipts-{chosen}.csv")
    return Response(as_csv(HEADING, lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/mine/statements/{year}.pdf")
async def own_statement(request: Request, year: int, kernel: ThisKernel, therapist: SignedTherapist) -> Response:
    """What a therapist owed and paid in a year, for themselves."""
    return await _statement(request, kernel, therapist.therapist_id, year, therapist.display_name)


@router.get("/mine/{fee_id}/receipt.pdf")
async def own_receipt(request: Request, fee_id: UUID, kernel: ThisKernel, therapist: SignedTherapist) -> Response:
    """The receipt for a fee of one's own; somebody else's is not there."""
    async with kernel.reading() as db:
        fee = await fees.fee_by_id(db, fee_id)
    if fee is None or fee.therapist_id != therapist.therapist_id:
        raise NotFound("receipt-unknown", "There is no receipt: this fee was not paid.")
    actor = f"therapist:{therapist.therapist_id}"
    return await _receipt(request, await receipt_of(kernel, fee_id, actor=actor, name=therapist.display_name))


@router.get("/therapists/{therapist_id}/{year}.pdf")
async def statement(request: Request, therapist_id: UUID, year: int, kernel: ThisKernel, _staff: Finance) -> Response:
    """What a therapist owed and paid in a year, for finance."""
    return await _statement(request, kernel, TherapistId(therapist_id), year, "")


@router.get("/{fee_id}/receipt.pdf")
async def receipt(request: Request, fee_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """The receipt for a fee, for finance."""
    return await _receipt(request, await receipt_of(kernel, fee_id, actor=staff.actor))


def years_with_fees(raised: list[date], today: date) -> list[int]:
    """The years of which there is a statement, the latest first."""
    return list(range(today.year, min(day.year for day in raised) - 1, -1)) if raised else []


async def _receipt(request: Request, made: Receipt) -> Response:
    facts = {"receipt": made, "kinds": KINDS, "short": short}
    return await _printed(request, "papers/receipt.html", facts, f"receipt-{made.label}.pdf")


async def _statement(
    request: Request, kernel: Kernel, therapist_id: TherapistId, year: int, known_name: str
) -> Response:
    today = day_of(kernel.clock.now())
    async with kernel.reading() as db:
        lines = await receipts.lines_of(db, therapist_id)
        if year not in years_with_fees([line.day for line in lines], today):
            raise NotFound("statement-unknown", "There is no statement of this year.")
        numbers = await receipts.receipts_of_year(db, kernel.keys, year, therapist_id)
    made: Statement = statement_of(lines, year, today)
    facts = {
        "statement": made,
        "name": known_name or await name_of(kernel, therapist_id),
        "therapist": short(therapist_id),
        "numbers": {(one.fee_id, one.paid_on): one.label for one in numbers},
        "kinds": KINDS,
        "steps": STEPS,
        "short": short,
    }
    return await _printed(request, "papers/statement.html", facts, f"statement-{year}-{short(therapist_id)}.pdf")


async def _printed(request: Request, template: str, facts: Mapping[str, object], name: str) -> Response:
    templates: Environment = request.app.state.templates
    made = await run_in_threadpool(pdf_from, templates.get_template(template).render(facts))
    return Response(made, media_type="application/pdf", headers=_as_file(name))


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _year(kernel: Kernel, typed: int) -> tuple[int, int]:
    this_year = day_of(kernel.clock.now()).year
    return (typed if FIRST_YEAR <= typed <= this_year else this_year), this_year
