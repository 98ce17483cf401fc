"""Charts of the funder portal, all from frozen reports: spend against grant, and how periods compare."""

from collections.abc import Sequence

from services.funding.domain.ledger import Balances
from services.funding.store.reports import Report
from services.funding.web.bars import Bar, bar_of
from services.funding.web.charts import ROW, WIDTH, Chart, Row
from services.funding.web.report_words import period_in_words
from shared.kernel.money import Pence, pounds

MOST_PERIODS = 8


def spend_against_grant(report: Report) -> Bar:
    """All that came in by the end of a report's period: spent, promised, and still there."""
    money = report.content["money"]
    balances = Balances(
        received=Pence(money["received_in_all"]),
        available=Pence(money["available_at_end"]),
        committed=Pence(money["promised_at_end"]),
        spent=Pence(money["spent_in_all"]),
    )
    return bar_of(balances, ("spent", "committed", "available"))


def periods_compared(reports: Sequence[Report]) -> list[Chart]:
    """People helped and money spent in the latest periods, the earliest first; nothing where there is only one."""
    latest = sorted(reports, key=lambda one: (one.period.start, one.period.end))[-MOST_PERIODS:]
    if len(latest) < 2:
        return []
    periods = [period_in_words(one.content) for one in latest]
    people = [one.content["numbers"]["people"] for one in latest]
    spent = [one.content["money"]["spent"] for one in latest]
    return [
        _chart("people", "People helped", periods, people, [_said(count) for count in people]),
        _chart("money", "Spent", periods, spent, [pounds(Pence(amount)) for amount in spent]),
    ]


def _chart(code: str, title: str, periods: Sequence[str], figures: Sequence[int | None], shown: Sequence[str]) -> Chart:
    most = max([figure for figure in figures if figure is not None], default=0) or 1
    rows = [
        Row(words, said, WIDTH if figure is None else max(0, figure) * WIDTH // most, hidden=figure is None, y=at * ROW)
        for at, (words, figure, said) in enumerate(zip(periods, figures, shown, strict=True))
    ]
    said = ", ".join(f"{row.words} {row.shown}" for row in rows)
    return Chart(code, title, rows, len(rows) * ROW, f"{title} by period: {said}.", ())


def _said(count: int | None) -> str:
    return "hidden" if count is None else str(count)
