"""Funds for finance and coordinators: how each stands, its ledger, how it stood on a past day, and money coming in."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import RedirectResponse, Response

from services.funding.domain.amounts import pence_from
from services.funding.domain.clearing import sum_to_clear
from services.funding.domain.days import day_in_words, day_of, end_of
from services.funding.domain.explanation import terms_in_words
from services.funding.domain.vocabulary import KIND_WORDS
from services.funding.handlers.money import Gift, receive_money
from services.funding.store import forecasts, fund_changes, funds, grant_dates, grants, ledger, pages, waiting
from services.funding.web.approval_words import count_approvals
from services.funding.web.bars import bar_of, together
from services.funding.web.forecast import runway_of_fund
from services.funding.web.fund_access import Finance, Reader, ThisKernel, may_change
from services.funding.web.words import LOOKUPS, short
from shared.db import Connection
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FundId
from shared.kernel.money import Pence, pounds
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, page, read_form

router = APIRouter(dependencies=[Depends(count_approvals)])
SHOWN = 200
FIELD_OF = {"reference-used": "reference", "reference-missing": "reference", "day-in-future": "received_on"}
FIELD_OF |= {"instalment-unknown": "instalment", "instalment-named": "instalment"}


class MoneyIn(BaseModel):
    """Money that came in, as it is typed."""

    words: ClassVar[dict[str, str]] = {
        "amount.missing": "Enter the amount.",
        "reference.missing": "Enter the reference of the payment.",
        "received_on": "Enter the day on which the money came in.",
        "instalment": "Choose one of the instalments shown.",
    }

    amount: Annotated[Pence, BeforeValidator(pence_from)]
    reference: str = Field(max_length=100)
    received_on: date
    instalment: UUID | None = None


@router.get("/funds")
async def funds_page(request: Request, kernel: ThisKernel, staff: Reader) -> Response:
    """Every fund, all of them together, and what it would take to clear the waiting list."""
    async with kernel.reading() as db:
        kept = await funds.funds_kept(db)
        rows = await waiting.waiting_for_money(db)
        cases = await waiting.cases_waiting(db, kernel.keys, rows)
    today = day_of(kernel.clock.now())
    return page(
        request,
        "funds/list.html",
        funds=[(one, bar_of(one.balances), terms_in_words(one.fund.restrictions)) for one in kept],
        all_funds=bar_of(together([one.balances for one in kept])),
        free=Pence(sum(one.balances.available for one in kept if one.closed_on is None)),
        in_use=sum(one.closed_on is None for one in kept),
        waiting=len(rows),
        to_clear=sum_to_clear(list(cases.values()), [one.fund for one in kept], today),
        kinds=KIND_WORDS,
        today=today,
        may_change=may_change(staff),
    )


@router.get("/funds/{fund_id}")
async def fund_page(
    request: Request, fund_id: UUID, kernel: ThisKernel, staff: Reader, on: str = "", noted: str = ""
) -> Response:
    """One fund with its terms and its ledger, today or at the end of a past day."""
    now = kernel.clock.now()
    day = _past_day(on, day_of(now))
    async with kernel.reading() as db:
        kept = await _fund(db, fund_id)
        moment = end_of(day or day_of(now))
        past = await ledger.balances_at(db, [kept.fund.fund_id], moment)
        balances = past[kept.fund.fund_id] if day else kept.balances
        lines = await pages.ledger_lines(db, kept.fund.fund_id, before=moment, limit=SHOWN)
        log = await fund_changes.changes_of(db, kernel.keys, kept.fund.fund_id)
        given = await grants.grants_of(db, kept.fund.fund_id)
        histories = (
            [] if day or kept.closed_on else await forecasts.histories(db, now, day_of(now), [kept.fund.fund_id])
        )
    chart, lasts = runway_of_fund(histories[0], day_of(now)) if histories else (None, "")
    return page(
        request,
        "funds/fund.html",
        kept=kept,
        bar=bar_of(balances),
        terms=terms_in_words(kept.fund.restrictions),
        lines=lines,
        shown=SHOWN,
        day=day,
        not_a_day=bool(on) and day is None and on != day_of(now).isoformat(),
        today=day_of(now),
        noted=noted,
        log=log,
        grants=given,
        chart=None if day or kept.closed_on else chart,
        lasts=lasts,
        may_change=may_change(staff),
        kinds=KIND_WORDS,
        words=LOOKUPS,
        short=short,
    )


@router.get("/funds/{fund_id}/receive")
async def receive_page(request: Request, fund_id: UUID, kernel: ThisKernel, _staff: Finance) -> Response:
    """The form for money that came in."""
    return await _receive_form(
        request, fund_id, kernel, blank_form(MoneyIn, received_on=day_of(kernel.clock.now()).isoformat())
    )


@router.post("/funds/{fund_id}/receive")
async def receive(request: Request, fund_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Note money that came in; the same form sent twice is noted once."""
    form = await read_form(request, MoneyIn)
    if form.model is None:
        return await _receive_form(request, fund_id, kernel, form, 422)
    sent = form.model
    gift = Gift(FundId(fund_id), sent.amount, sent.reference, sent.received_on, sent.instalment)
    try:
        new = await kernel.perform(str(fund_id), lambda tx: receive_money(tx, gift), actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, "amount"): refusal.sentence})
        return await _receive_form(request, fund_id, kernel, refused, 409 if isinstance(refusal, Conflict) else 422)
    return RedirectResponse(f"/funds/{fund_id}?noted={'new' if new else 'again'}", 303)


async def _receive_form(
    request: Request, fund_id: UUID, kernel: Kernel, form: Form[MoneyIn], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        kept = await _fund(db, fund_id)
        awaited = await grant_dates.awaited_by(db, kept.fund.fund_id)
    chosen = form.text("instalment")
    instalments = [{"value": "", "text": "None of a grant"}] + [
        {
            "value": str(one.instalment_id),
            "text": f"{reference}: {pounds(one.amount)} due on {day_in_words(one.due_on)}",
            "selected": str(one.instalment_id) == chosen,
        }
        for one, reference in awaited
    ]
    return page(request, "funds/receive.html", status, kept=kept, form=form, instalments=instalments)


async def _fund(db: Connection, fund_id: UUID) -> funds.KeptFund:
    kept = await funds.fund_kept(db, FundId(fund_id))
    if kept is None:
        raise NotFound("fund-unknown", "There is no such fund.")
    return kept


def _past_day(typed: str, today: date) -> date | None:
    """The day asked for; None where it is today, is still to come or is no day at all."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if day < today else None
