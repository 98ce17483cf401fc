"""Lives through the year, publishes its reports, and holds them and the ledger against the second count."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from deploy.simulation.accounts.living import Living
from deploy.simulation.accounts.people import year_of
from deploy.simulation.accounts.record import Record
from deploy.simulation.accounts.recount import YEARLY_FEE, Figures, Recount, figures_of, recount
from deploy.simulation.accounts.stories import begin, follow
from deploy.simulation.setup import Setup
from services.funding.domain.days import beginning_of
from services.funding.domain.ledger import Balances
from services.funding.domain.releases import Counted, Period
from services.funding.domain.reports import figure_in
from services.funding.domain.small_numbers import PRESETS, Shown
from services.funding.handlers.reporting import publish_report
from services.funding.store import ledger, reporting
from services.funding.store.reports import Report
from shared.db import Connection
from shared.events.funding import SubsidyGranted, SubsidyReleased, SubsidyToppedUp
from shared.kernel.ids import FundId

Progress = Callable[[int, int], None]
SMALL = PRESETS["nhs-secondary-care"]
FIRST_TRANSFER = 3


@dataclass(frozen=True, slots=True)
class FundYear:
    """One fund at the end of the year: its report, and the same counted a second time."""

    name: str
    report: Report
    counted: Figures


@dataclass(frozen=True, slots=True)
class Lived:
    """A year of money that is over, and every difference that was found in it: there must be none."""

    setup: Setup
    record: Record
    known: Recount
    funds: tuple[FundYear, ...]
    movements: Mapping[str, int]
    states: Mapping[str, int]
    fees: int
    days_checked: int
    differences: tuple[str, ...]


async def live(setup: Setup, address: str, progress: Progress = lambda _done, _all: None) -> Lived:
    """A year on an empty database of funding's."""
    year = Living(setup, address)
    await year.kernel.database.open()
    try:
        await year.open_funds()
        begin(year)
        year.later(FIRST_TRANSFER, year.move)
        last = setup.all_weeks * 7
        for day in range(last):
            follow(year, await year.pass_day())
            progress(day + 1, last)
        return await _looked_at(year)
    finally:
        await year.kernel.database.close()


async def _looked_at(year: Living) -> Lived:
    period = Period(*year_of(year.setup))
    year.clock.advance(timedelta(days=1))
    reports = {
        fund_id: await year.act(fund_id, lambda tx, fund_id=fund_id: publish_report(tx, fund_id, period))  # type: ignore[misc]
        for fund_id in year.funds.values()
    }
    async with year.kernel.reading() as db:
        year.record.lines = await _lines(db)
        known = recount(year.record)
        funds = tuple(
            FundYear(name, reports[fund_id], figures_of(year.record, known, fund_id, period.start, period.end))
            for name, fund_id in year.funds.items()
        )
        days = sorted({period.start + timedelta(days=nth) for nth in range(0, year.setup.all_weeks * 7, 13)})
        differences = [
            *_of_the_ledger(year.record, known),
            *await _of_the_balances(db, year.record),
            *[line for day in days for line in await _of_a_day(db, year.record, Period(period.start, day))],
            *[line for fund in funds for line in await _of_a_report(db, year, fund, period)],
        ]
        states = {row["state"]: row["n"] for row in await db.fetch("SELECT state, count(*) AS n FROM award GROUP BY 1")}
        fees = await db.fetchval("SELECT coalesce(sum(amount), 0)::bigint FROM therapist_fee")
    if fees != YEARLY_FEE * len(known.owing):
        differences.append(f"therapists owe {fees}, and should owe {YEARLY_FEE * len(known.owing)}")
    kinds = Counter({line["transaction_id"]: line["kind"] for line in year.record.lines}.values())
    return Lived(
        *(year.setup, year.record, known, funds, kinds, states, fees, len(days)), differences=tuple(differences)
    )


async def _lines(db: Connection) -> list[Mapping[str, Any]]:
    """Every line of the ledger as it was written, with the match that it is for."""
    rows = await db.fetch(
        """
        SELECT entry.transaction_id, entry.fund_id, entry.account, entry.amount, kind, happened_at, session_id, match_id
          FROM ledger_entry AS entry
          JOIN ledger_transaction AS moved ON moved.transaction_id = entry.transaction_id
          LEFT JOIN reservation AS kept ON kept.reservation_id = moved.reservation_id
          LEFT JOIN award ON award.award_id = kept.award_id
         ORDER BY happened_at, entry.transaction_id
        """
    )
    return [dict(row) for row in rows]


def _of_the_ledger(record: Record, known: Recount) -> Iterator[str]:
    """Transactions, gifts and transfers, what was told of each match, and what each session cost."""
    sums: Counter[tuple[UUID, UUID]] = Counter()
    held: Counter[UUID] = Counter()
    cost: Counter[tuple[UUID, UUID]] = Counter()
    came: Counter[UUID] = Counter()
    for line in record.lines:
        sums[line["transaction_id"], line["fund_id"]] += line["amount"]
        if line["account"] == "received":
            came[line["fund_id"]] -= line["amount"]
        elif line["match_id"] and line["account"] != "available":
            held[line["match_id"]] += line["amount"]
        if line["session_id"] and line["account"] == "spent":
            cost[line["match_id"], line["session_id"]] += line["amount"]
    yield from (f"transaction {one} does not balance in {fund}" for (one, fund), left in sums.items() if left)
    for fund_id, name in record.funds.items():
        given = sum(amount for (one, _), amount in (*known.given.items(), *known.moved.items()) if one == fund_id)
        if came[fund_id] != given:
            yield f"{name}: {came[fund_id]} came in, and {given} was given"
    told, share = _told(record)
    granted = {match for match in told if told[match]} | {match for match in held if held[match] and match in share}
    yield from (f"match {one}: {held[one]} is held, {told[one]} was told" for one in granted if held[one] != told[one])
    yield from (
        f"session {session}: {amount} was paid instead of {share[match]}"
        for (match, session), amount in cost.items()
        if amount not in (0, share[match])
    )


def _told(record: Record) -> tuple[Counter[UUID], dict[UUID, int]]:
    """By what was told, how much is promised or spent for each match, and what a session of it costs the charity."""
    told: Counter[UUID] = Counter()
    sessions: dict[UUID, int] = {}
    share: dict[UUID, int] = {}
    for _, event in record.told:
        match event:
            case SubsidyGranted():
                told[event.match_id] += event.sessions * event.amount_per_session
                sessions[event.match_id], share[event.match_id] = event.sessions, event.amount_per_session
            case SubsidyToppedUp():
                told[event.match_id] += (event.sessions - sessions[event.match_id]) * event.amount_per_session
                sessions[event.match_id] = event.sessions
            case SubsidyReleased():
                told[event.match_id] -= event.amount
            case _:
                pass
    return told, share


async def _of_the_balances(db: Connection, record: Record) -> Sequence[str]:
    added: Counter[tuple[UUID, str]] = Counter()
    for line in record.lines:
        added[line["fund_id"], line["account"]] += line["amount"]
    rows = await db.fetch("SELECT fund_id, account, amount FROM fund_balance")
    return [
        f"{record.funds[row['fund_id']]}: {row['account']} is {row['amount']}"
        for row in rows
        if row["amount"] != added[row["fund_id"], row["account"]]
        or (row["account"] != "received" and row["amount"] < 0)
    ]


async def _of_a_day(db: Connection, record: Record, upto: Period) -> Sequence[str]:
    """How the statement of a day, for every fund, differs from the lines before it."""
    added: dict[UUID, Counter[str]] = defaultdict(Counter)
    end = beginning_of(upto.end)
    for line in record.lines:
        if line["happened_at"] < end:
            added[line["fund_id"]][line["account"]] += line["amount"]
    stood: Mapping[FundId, Balances] = await ledger.balances_at(db, [FundId(one) for one in record.funds], end)
    return [
        f"{record.funds[fund_id]} on {upto.end}: {account} is {getattr(one, account)}"
        for fund_id, one in stood.items()
        for account in ("received", "available", "reserved", "committed", "spent")
        if getattr(one, account) != added[fund_id][account] * (-1 if account == "received" else 1)
    ]


async def _of_a_report(db: Connection, year: Living, fund: FundYear, period: Period) -> Sequence[str]:
    """How a report, and what it was made from, differ from the second count."""
    fund_id, keys, counted = FundId(fund.report.fund_id), year.kernel.keys, fund.counted
    found, content = [], fund.report.content
    if content["money"] != counted.money:
        found.append(f"{fund.name}: money is {content['money']}, counted {counted.money}")
    held = await reporting.sessions_held(db, fund_id, period.start, period.end)
    if held != counted.sessions:
        found.append(f"{fund.name}: {held} sessions, counted {counted.sessions}")
    sources = (
        ("people", await reporting.people_helped(db, keys, fund_id), counted.people),
        ("outcomes", await reporting.therapies_scored(db, keys, fund_id), counted.outcomes),
    )
    for name, people, second in sources:
        first = _cells(people, period)
        found += [
            f"{fund.name}: {name} {cell} is {first[cell]}, counted {second[cell]}"
            for cell in first.keys() | second.keys()
            if first[cell] != second[cell]
        ]
        found += [
            f"{fund.name}: {name} {cell} is shown as {value}" for cell, value in _shown_wrongly(content[name], second)
        ]
    return found


def _cells(people: Sequence[Counted], period: Period) -> Counter[tuple[str, str]]:
    cells: Counter[tuple[str, str]] = Counter()
    for one in people:
        if period.start <= one.on < period.end:
            cells.update(one.labels.items())
            cells["", ""] += 1
    return cells


def _shown_wrongly(frozen: Mapping[str, Any] | None, counted: Counter[tuple[str, str]]) -> Iterator[tuple[object, int]]:
    """What a published table shows of a figure is that figure rounded, or nothing."""
    if frozen is None:
        return
    cells = {("", ""): frozen["all"]} | {
        (dimension, value): shown for dimension, values in frozen["by"].items() for value, shown in values.items()
    }
    for cell, shown in cells.items():
        figure = figure_in(shown)
        if isinstance(figure, Shown) and figure != SMALL.shown(counted[cell]):
            yield cell, figure.value
