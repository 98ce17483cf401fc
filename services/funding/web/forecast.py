"""When the money runs out: for the whole charity, for each kind of case, and for each fund."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.funding.domain.days import day_of
from services.funding.domain.forecast import FEWEST, WEEKS, Rate
from services.funding.domain.forecast_words import outcome_in_words, roughly
from services.funding.domain.funds import Fund
from services.funding.domain.pots import History, Pot, funds_for, kinds_of, pot_of, summed
from services.funding.store import forecasts, waiting
from services.funding.web.approval_words import count_approvals
from services.funding.web.runway import Runway, runway_of
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: for whom or which fund, what is there, at which rate it goes, and how long it lasts."""

    words: str
    pot: Pot
    said: str
    fund: Fund | None = None

    @property
    def rate(self) -> Rate | None:
        """What goes in a week, where that is known."""
        return self.pot.forecast.rate


@router.get("/funds/forecast")
async def forecast_page(
    request: Request,
    kernel: Annotated[Kernel, Depends(kernel_of)],
    _staff: Annotated[Staff, Depends(signed_in("finance", "coordinator"))],
) -> Response:
    """All funds as one, the kinds of case as funds are restricted, and fund by fund."""
    now = kernel.clock.now()
    today = day_of(now)
    async with kernel.reading() as db:
        histories = await forecasts.histories(db, now, today)
        listed = await waiting.waiting_for_money(db)
    charity = pot_of(histories, today) if histories else None
    return page(
        request,
        "funds/forecast.html",
        chart=_chart("charity", "All funds together", charity, histories, today) if charity else None,
        charity=charity,
        said=outcome_in_words(charity.forecast.outcome, today) if charity else "",
        kinds=_kinds(histories, today),
        funds=_funds(histories, today),
        weeks=WEEKS,
        fewest=FEWEST,
        waiting=len(listed),
        roughly=roughly,
    )


def runway_of_fund(history: History, today: date) -> tuple[Runway, str]:
    """The chart of one fund, and how long it lasts in a few words."""
    pot = pot_of([history], today)
    said = outcome_in_words(pot.forecast.outcome, today)
    return _chart("runway", history.fund.name, pot, [history], today), said


def _chart(code: str, title: str, pot: Pot, histories: Sequence[History], today: date) -> Runway:
    standing = (Pence(sum(one.fund.available for one in histories)), Pence(sum(one.promised for one in histories)))
    last_day = histories[0].fund.restrictions.until if len(histories) == 1 else None
    return runway_of(code, title, pot.forecast, standing, summed(histories), today=today, last_day=last_day)


def _kinds(histories: Sequence[History], today: date) -> list[Line]:
    """A line for each kind of case; where there is one kind alone, the charity's own line says it."""
    kinds = kinds_of([history.fund for history in histories], today)
    pots = [(kind.words[:1].upper() + kind.words[1:], pot_of(funds_for(kind, histories), today)) for kind in kinds]
    lines = [Line(words, pot, outcome_in_words(pot.forecast.outcome, today)) for words, pot in pots]
    return lines if len(lines) > 1 else []


def _funds(histories: Sequence[History], today: date) -> list[Line]:
    """A line for each fund that is still open, in the order of their names."""
    lines: list[Line] = []
    for history in histories:
        terms = history.fund.restrictions
        if not terms.closed and (terms.until is None or terms.until >= today):
            pot = pot_of([history], today)
            said = outcome_in_words(pot.forecast.outcome, today)
            lines.append(Line(history.fund.name, pot, said, history.fund))
    return lines
