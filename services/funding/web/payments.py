"""Runs of payments to therapists for finance: made, released, written for the bank, and answered by it."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from services.funding.domain.bank_files import PaymentLine, bank_file
from services.funding.domain.days import day_of
from services.funding.domain.importing import RowError
from services.funding.domain.policy import Policy
from services.funding.handlers.importing import RefusedFile
from services.funding.handlers.payment_runs import cancel_run, make_run, release_run, take_answer
from services.funding.store import invoice_pages, payment_runs
from services.funding.web.approval_words import count_approvals
from services.funding.web.invoice_words import PAYMENTS, RUNS, by_whom
from services.funding.web.words import short
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import PaymentRunId
from shared.kernel.money import Pence
from shared.kernel.spreadsheets import as_csv
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Finance = Annotated[Staff, Depends(signed_in("finance"))]
SHOWN = 100
HEADING = ("Reference", "Name", "Sort code", "Account number", "Pounds", "Pay on")


class Paying(BaseModel):
    """The day on which a run is to be paid."""

    words: ClassVar[dict[str, str]] = {"pays_on": "Enter the day on which the bank is to pay."}

    pays_on: date


@router.get("/payments")
async def payments_page(request: Request, kernel: ThisKernel, _staff: Finance, taken: str = "") -> Response:
    """What can be paid now, every run, and where the bank's answer goes."""
    return await _listed(request, kernel, blank_form(Paying), taken=taken)


@router.post("/payments")
async def make(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Collect what can be paid into a run; somebody else releases it."""
    form = await read_form(request, Paying)
    if form.model is None:
        return await _listed(request, kernel, form, status=422)
    pays_on = form.model.pays_on
    try:
        run_id = await kernel.perform("payments", lambda tx: make_run(tx, pays_on), actor=staff.actor)
    except Unprocessable as refusal:
        return await _listed(request, kernel, form.refused(pays_on=refusal.sentence), status=422)
    return RedirectResponse(f"/payments/{run_id}", 303)


@router.post("/payments/answer")
async def answer(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Take in what the bank says: the whole file, or with the lines that are wrong, nothing of it."""
    async with request.form() as sent:
        file = sent.get("answer")
        content = await file.read() if isinstance(file, UploadFile) else b""
    try:
        text = content.decode("utf-8")
        taken = await kernel.perform("payments", lambda tx: take_answer(tx, text), actor=staff.actor)
    except UnicodeDecodeError:
        refused = blank_form(Paying).refused(answer="This is not a text file in UTF-8.")
        return await _listed(request, kernel, refused, status=422)
    except RefusedFile as refusal:
        refused = blank_form(Paying).refused(answer="Nothing was taken in: the file has lines that are wrong.")
        return await _listed(request, kernel, refused, wrong=refusal.errors, status=422)
    except Unprocessable as refusal:
        return await _listed(request, kernel, blank_form(Paying).refused(answer=refusal.sentence), status=422)
    return RedirectResponse(f"/payments?taken={taken}", 303)


@router.get("/payments/{run_id}")
async def run_page(request: Request, run_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """One run with its payments, and what became of them."""
    return await _shown(request, kernel, staff, run_id)


@router.post("/payments/{run_id}/release")
async def release(request: Request, run_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """A second person lets it go."""
    try:
        await kernel.perform("payments", lambda tx: release_run(tx, PaymentRunId(run_id)), actor=staff.actor)
    except Conflict as refusal:
        return await _shown(request, kernel, staff, run_id, refusal.sentence, 409)
    return RedirectResponse(f"/payments/{run_id}", 303)


@router.post("/payments/{run_id}/cancel")
async def give_up(request: Request, run_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Give it up before it is released."""
    try:
        await kernel.perform("payments", lambda tx: cancel_run(tx, PaymentRunId(run_id)), actor=staff.actor)
    except Conflict as refusal:
        return await _shown(request, kernel, staff, run_id, refusal.sentence, 409)
    return RedirectResponse(f"/payments/{run_id}", 303)


@router.get("/payments/{run_id}/payments.csv")
async def as_table(run_id: UUID, kernel: ThisKernel, _staff: Finance) -> Response:
    """A released run as a table; the same bytes each time."""
    run, lines = await _released(kernel, run_id)
    rows = [
        (
            *(line.reference, line.to.name, line.to.shown_sort_code, line.to.account_number),
            *(f"{line.amount // 100}.{line.amount % 100:02d}", run.pays_on.isoformat()),
        )
        for line in lines
    ]
    return _file(as_csv(HEADING, rows).encode(), "text/csv; charset=utf-8", f"payments-{run.number:06d}.csv")


@router.get("/payments/{run_id}/payments.txt")
async def for_bank(run_id: UUID, kernel: ThisKernel, _staff: Finance) -> Response:
    """A released run as a file for the bank; the same bytes each time."""
    run, lines = await _released(kernel, run_id)
    policy: Policy = kernel.settings.policy
    made_on = day_of(run.made_at)
    text = bank_file(policy.payer, lines, number=run.number, made_on=made_on, pays_on=run.pays_on)
    return _file(text.encode("ascii"), "text/plain; charset=us-ascii", f"payments-{run.number:06d}.txt")


async def _released(kernel: Kernel, run_id: UUID) -> tuple[payment_runs.PaymentRun, list[PaymentLine]]:
    run = await _known(kernel, run_id)
    if run.state != "released":
        raise Conflict("run-not-released", "Files are made once a second person has released the run.")
    async with kernel.reading() as db:
        kept = await payment_runs.lines_for_bank(db, kernel.keys, run.run_id)
    lines = [PaymentLine(reference, amount, details) for reference, amount, details in kept if details is not None]
    if len(lines) < len(kept):
        raise Conflict("details-erased", "Bank details in this run were erased, so its file cannot be made again.")
    return run, lines


async def _listed(
    request: Request,
    kernel: Kernel,
    form: Form[Paying],
    *,
    wrong: tuple[RowError, ...] = (),
    taken: str = "",
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        ready = await payment_runs.ready_invoices(db)
        runs = await invoice_pages.runs_listed(db, SHOWN)
    payable = [one for one in ready if one.account_id and one.stands]
    return page(
        request,
        "payments/list.html",
        status,
        form=form,
        payable=payable,
        amount=Pence(sum(one.amount for one in payable)),
        left_out=[one for one in ready if one not in payable],
        runs=runs,
        run_states=RUNS,
        wrong=wrong,
        taken=int(taken) if taken.isdecimal() and len(taken) < 6 else None,
        today=day_of(kernel.clock.now()),
        short=short,
    )


async def _shown(
    request: Request, kernel: Kernel, staff: Staff, run_id: UUID, refused: str = "", status: int = 200
) -> Response:
    run = await _known(kernel, run_id)
    policy: Policy = kernel.settings.policy
    async with kernel.reading() as db:
        rows = await invoice_pages.payments_shown(db, run.run_id)
    return page(
        request,
        "payments/run.html",
        status,
        run=run,
        rows=rows,
        amount=Pence(sum(row["amount"] for row in rows if row["state"] != "taken-out")),
        refused=refused,
        own=run.made_by == staff.actor,
        payer_set=policy.payer.complete,
        states=PAYMENTS,
        run_states=RUNS,
        by_whom=by_whom,
        short=short,
    )


async def _known(kernel: Kernel, run_id: UUID) -> payment_runs.PaymentRun:
    async with kernel.reading() as db:
        run = await payment_runs.run_by_id(db, PaymentRunId(run_id))
    if run is None:
        raise NotFound("run-unknown", "There is no such run.")
    return run


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
