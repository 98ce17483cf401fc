"""Lives through a year of money on a server of its own, and shows what came of it."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from deploy.bench.ledger.server import running_server
from deploy.simulation.accounts.checking import Lived, Progress, live
from deploy.simulation.setup import Setup
from shared.kernel.money import Pence, pounds

COLUMNS = ("received", "left", "promised", "spent", "available_at_end", "promised_at_end")


def lived(setup: Setup, progress: Progress) -> Lived:
    """The year of a setup; warnings about single events would only hide the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with running_server() as server:
        return asyncio.run(live(setup, server.for_funding("simulated_year"), progress))


def as_json(year: Lived) -> Mapping[str, Any]:
    """Everything that is shown, for programs."""
    return {
        "happened": len(year.record.happened),
        "told": len(year.record.told),
        "ledger_lines": len(year.record.lines),
        "movements": dict(year.movements),
        "awards": dict(year.states),
        "therapist_fees": year.fees,
        "funds": [
            {
                "name": one.name,
                **one.counted.money,
                "sessions": one.counted.sessions,
                "people": one.counted.people["", ""],
                "outcomes": one.counted.outcomes["", ""],
                "report": one.report.sha256,
            }
            for one in year.funds
        ],
        "days_checked": year.days_checked,
        "differences": list(year.differences),
    }


def show(year: Lived, console: Console) -> None:
    """The funds as a table, then how much happened, and every difference between the two counts."""
    table = Table("fund", *(name.replace("_", " ") for name in COLUMNS), "sessions", "people", "results")
    for one in year.funds:
        counts = (one.counted.sessions, one.counted.people["", ""], one.counted.outcomes["", ""])
        money = (pounds(Pence(one.counted.money[name])) for name in COLUMNS)
        table.add_row(one.name, *money, *map(str, counts))
    console.print(table)
    console.print(f"{len(year.record.happened):,} things happened, {len(year.record.told):,} events were told.")
    console.print("Movements: " + ", ".join(f"{kind} {count}" for kind, count in sorted(year.movements.items())))
    console.print("Awards: " + ", ".join(f"{state} {count}" for state, count in sorted(year.states.items())))
    console.print(f"Therapists owe or have paid {pounds(Pence(year.fees))}.")
    for line in year.differences:
        console.print(line, highlight=False, markup=False)
    verdict = "Both counts agree to the penny." if not year.differences else "[red]The two counts differ.[/red]"
    console.print(f"{len(year.funds)} reports, and the statements of {year.days_checked} days. {verdict}")
