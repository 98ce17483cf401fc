"""Who is kept although no fund can pay: what each lacks, which gifts would help, and how the sum grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.funding.domain.choice import Case, NotEnough, choose_fund
from services.funding.domain.clearing import sum_to_clear
from services.funding.domain.days import day_of
from services.funding.domain.forecast import FEWEST, Point, RunsOut, rate_of
from services.funding.domain.forecast_words import roughly
from services.funding.domain.funds import Fund
from services.funding.domain.gifts import Gift, funds_that_could, growth, joined_by_week, useful_gifts
from services.funding.domain.pots import pot_of
from services.funding.store import forecasts, waiting
from services.funding.web.approval_words import count_approvals
from services.funding.web.words import LOOKUPS, PRIORITIES, short
from shared.db import Record
from shared.kernel.money import Pence
from shared.kernel.spreadsheets import as_csv
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("finance", "coordinator"))]
HEADING = (
    *(
        "Referral",
        "Award",
        "Urgency",
        "Asked for help",
        "Waits since",
        "Therapist has accepted",
        "More for an award that runs",
    ),
    *("Sessions", "Needs in pounds", "Short by in pounds", "Or a gift to one of these funds"),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One who waits: the award, what it needs and lacks, and the funds into each of which a gift would clear it."""

    award: Record
    needs: Pence
    short_by: Pence
    funds: Sequence[Fund]


@dataclass(frozen=True, slots=True)
class Unfunded:
    """All who wait for money as things stand."""

    rows: Sequence[Waiting]
    cases: Sequence[Case]
    funds: Sequence[Fund]
    to_clear: Pence
    needed: Pence


@router.get("/awards/unfunded")
async def unfunded_page(request: Request, kernel: ThisKernel, _staff: Reader) -> Response:
    """Everybody who is kept although no fund can pay, in the order in which money will reach them."""
    now = kernel.clock.now()
    today = day_of(now)
    async with kernel.reading() as db:
        listed = await waiting.waiting_for_money(db)
        others = await waiting.waiting_for_others(db)
        cases = await waiting.cases_waiting(db, kernel.keys, listed)
        known = await waiting.weeks_known(db, now)
        histories = await forecasts.histories(db, now, today)
    found = _unfunded(listed, cases, [one.fund for one in histories], now)
    rate = rate_of(joined_by_week([(one.award["since"], one.needs) for one in found.rows], now, known))
    gifts: Sequence[Gift] = useful_gifts(found.cases, found.funds, today)
    months: Sequence[Point] = growth(found.to_clear, rate, today) if rate else ()
    charity = pot_of(histories, today).forecast
    return page(
        request,
        "awards/unfunded.html",
        found=found,
        others=others,
        gifts=gifts,
        months=months,
        most=max([point.most for point in months], default=0),
        rate=rate,
        known=known,
        fewest=FEWEST,
        dry=charity.outcome if isinstance(charity.outcome, RunsOut) else None,
        use=charity.rate,
        now=now,
        words=LOOKUPS,
        short=short,
        roughly=roughly,
    )


@router.get("/awards/unfunded.csv")
async def unfunded_csv(kernel: ThisKernel, _staff: Reader) -> Response:
    """The same list for a spreadsheet."""
    now = kernel.clock.now()
    today = day_of(now)
    async with kernel.reading() as db:
        listed = await waiting.waiting_for_money(db)
        cases = await waiting.cases_waiting(db, kernel.keys, listed)
        histories = await forecasts.histories(db, now, today)
    found = _unfunded(listed, cases, [one.fund for one in histories], now)
    headers = {"Content-Disposition": f'attachment; filename="waiting-for-money-{today.isoformat()}.csv"'}
    text = as_csv(HEADING, [_row(one) for one in found.rows])
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _unfunded(listed: Sequence[Record], cases: Mapping[UUID, Case], funds: Sequence[Fund], now: datetime) -> Unfunded:
    today = day_of(now)
    tied = [fund for fund in funds if fund.kind != "unrestricted"]
    rows: list[Waiting] = []
    for award in listed:
        case = cases.get(award["award_id"])
        needs = Pence((award["session_fee"] - award["contribution"]) * award["sessions"])
        short_by = award["shortfall"] or _short_by(case, funds, today) or needs
        could = funds_that_could(case, short_by, tied, today) if case else ()
        rows.append(Waiting(award, needs, short_by, could))
    known = list(cases.values())
    needed = Pence(sum(case.needed for case in known))
    return Unfunded(rows, known, funds, sum_to_clear(known, funds, today), needed)


def _short_by(case: Case | None, funds: Sequence[Fund], today: date) -> Pence | None:
    """What is missing today, where that was not noted when it was decided."""
    found = None if case is None else choose_fund(case, funds, today)
    return found.shortfall if isinstance(found, NotEnough) else None


def _row(one: Waiting) -> tuple[object, ...]:
    award = one.award
    return (
        *(short(award["referral_id"]), short(award["award_id"])),
        *(PRIORITIES.get(award["priority"], ""), _day(award["received_at"]), _day(award["since"])),
        *("yes" if award["accepted"] else "no", "yes" if award["larger"] else "no", award["sessions"]),
        *(_pounds(one.needs), _pounds(one.short_by), "; ".join(fund.name for fund in one.funds)),
    )


def _day(moment: datetime | None) -> str:
    return day_of(moment).isoformat() if moment else ""


def _pounds(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"
