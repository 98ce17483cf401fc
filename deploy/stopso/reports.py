"""`stopso report`: publishes reports for funders and writes them as files, the same as the pages give."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from deploy.stopso.desk import at_desk
from deploy.stopso.problems import CannotRun
from services.funding.app import FOLDER
from services.funding.domain.releases import Period
from services.funding.handlers.reporting import publish_report
from services.funding.store import funds, reports
from services.funding.store.reports import Report
from services.funding.web.report_files import csv_of, pdf_of
from services.funding.web.reports import shown
from shared.db import Record
from shared.messaging.kernel import Kernel
from shared.web.templates import environment

app = typer.Typer(help="Reports for funders: publish one, list them, write them to files.", no_args_is_help=True)
console = Console()
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])]
ACTOR = "operator"


@app.command("list")
def list_reports(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Everything published, the latest first."""

    async def work(kernel: Kernel) -> list[Record]:
        async with kernel.reading() as db:
            return await reports.reports_listed(db, 1000)

    found = at_desk("funding", work)
    if as_json:
        typer.echo(
            json.dumps(
                [
                    {key: str(row[key]) for key in ("report_id", "fund", "funder", "from_day", "until_day", "sha256")}
                    for row in found
                ],
                indent=2,
            )
        )
        return
    table = Table("report", "fund", "from", "until before", "sha256", box=None, padding=(0, 2, 0, 0))
    for row in found:
        days = (str(row["from_day"]), str(row["until_day"]))
        table.add_row(str(row["report_id"]), row["fund"], *days, row["sha256"][:12])
    console.print(table if found else "No reports yet.")


@app.command("publish")
def publish(
    fund: Annotated[str, typer.Argument(help="The name of the fund.")],
    first_day: Day,
    last_day: Day,
) -> None:
    """Publish the report of a period that is over, and tell the funder; published before, it stays as it is."""
    period = Period(first_day.date(), last_day.date() + timedelta(days=1))
    if period.end <= period.start:
        msg = "the last day is before the first"
        raise CannotRun(msg)

    async def work(kernel: Kernel) -> Report:
        async with kernel.reading() as db:
            named = [one.fund.fund_id for one in await funds.funds_kept(db) if one.fund.name == fund]
        if len(named) != 1:
            msg = f"there is no fund called {fund}" if not named else f"several funds are called {fund}"
            raise CannotRun(msg)
        return await kernel.perform(str(named[0]), lambda tx: publish_report(tx, named[0], period), actor=ACTOR)

    with console.status("Counting and protecting small numbers …"):
        made = at_desk("funding", work)
    console.print(f"Report {made.report_id}, SHA-256 {made.sha256}.")


@app.command("write")
def write(
    report_id: Annotated[UUID, typer.Argument(help="As `stopso report list` shows it.")],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Ends in .pdf, .csv or .json.")],
) -> None:
    """Write a published report to a file; written again it has the same bytes."""

    async def work(kernel: Kernel) -> Report | None:
        async with kernel.reading() as db:
            return await reports.report_by_id(db, report_id)

    report = at_desk("funding", work)
    if report is None:
        msg = f"there is no report {report_id}"
        raise CannotRun(msg)
    match file.suffix:
        case ".pdf":
            page = environment(FOLDER / "templates").get_template("reports/print.html").render(shown(report))
            file.write_bytes(pdf_of(report, page))
        case ".csv":
            file.write_bytes(csv_of(report).encode())
        case ".json":
            file.write_bytes(report.snapshot.encode())
        case _:
            msg = "a report is written as .pdf, .csv or .json"
            raise CannotRun(msg)
    console.print(f"Wrote {file}.")
