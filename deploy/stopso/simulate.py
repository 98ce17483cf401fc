"""`stopso simulate`: a year of the charity in a minute, against the code that matches real clients."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from deploy.simulation.setup import Setup

Seed = Annotated[int, typer.Option(help="The same seed gives the same year.")]
Weeks = Annotated[int, typer.Option(min=4, max=520, help="For how many weeks people arrive.")]
Arrivals = Annotated[int, typer.Option(min=1, max=200_000, help="How many a year.")]
Therapists = Annotated[int, typer.Option(min=1, max=20_000, help="How many are on the register in the year.")]
Income = Annotated[int, typer.Option(min=0, help="What the funds are given in a year, in pounds.")]
Policy = Annotated[str, typer.Option(help="weekly, daily or immediate.")]
HoldBack = Annotated[
    bool, typer.Option("--hold-back/--no-hold-back", help="Price places by who is expected; both are shown if on.")
]
Breaks = Annotated[
    bool, typer.Option("--what-breaks", help="Show what gives way at 1, 2, 5, 10 and 100 times as many.")
]
Money = Annotated[
    bool, typer.Option("--money", help="A year of money through funding's own handlers, counted a second time.")
]
Chart = Annotated[Path | None, typer.Option(help="Write a chart (SVG) of the comparison here.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FACTORS = (1, 2, 5, 10, 100)


def command(  # noqa: PLR0917 - each is an option of the command line
    seed: Seed = 1,
    weeks: Weeks = 52,
    arrivals: Arrivals = 1200,
    therapists: Therapists = 160,
    income: Income = 400_000,
    policy: Policy = "weekly",
    hold_back: HoldBack = False,
    what_breaks: Breaks = False,
    money: Money = False,
    chart: Chart = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a year of arrivals, answers and endings, beside greedy and first-come and the best in hindsight."""
    from deploy.simulation.setup import POLICIES, Setup  # noqa: PLC0415 - the solvers take a second to load

    if policy not in POLICIES:
        raise typer.BadParameter(f"choose one of {', '.join(POLICIES)}", param_hint="--policy")
    setup = Setup(seed, weeks, arrivals, therapists, income * 100)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        if money:
            _show_money(setup, progress, as_json=as_json)
        elif what_breaks:
            _show_strains(setup, policy, progress, as_json=as_json)
        else:
            _show_comparison(setup, policy, progress, hold_back=hold_back, chart=chart, as_json=as_json)


def _show_comparison(
    setup: "Setup", policy: str, progress: Progress, *, hold_back: bool, chart: Path | None, as_json: bool
) -> None:
    from deploy.simulation.comparing import compare  # noqa: PLC0415
    from deploy.simulation.showing import chart_of, show_comparison  # noqa: PLC0415

    runs = [(policy, False), *([(policy, True)] if hold_back else []), ("greedy", False), ("first-come", False)]
    task = progress.add_task("Beginning", total=None)
    found = compare(setup, runs, lambda what: progress.update(task, description=what))  # type: ignore[arg-type]
    progress.stop()
    if chart is not None:
        chart.write_text(chart_of(found), encoding="utf-8")
    if as_json:
        rows = [one.as_json() for one in found.figures]
        typer.echo(
            json.dumps({"setup": asdict(setup), "hindsight_placed": found.hindsight_placed, "runs": rows}, indent=2)
        )
    else:
        show_comparison(found, Console())


def _show_strains(setup: "Setup", policy: str, progress: Progress, *, as_json: bool) -> None:
    from deploy.simulation.comparing import what_breaks  # noqa: PLC0415
    from deploy.simulation.showing import show_strains  # noqa: PLC0415

    task = progress.add_task("Beginning", total=None)
    found = what_breaks(setup, policy, FACTORS, lambda what: progress.update(task, description=what))  # type: ignore[arg-type]
    progress.stop()
    if as_json:
        typer.echo(json.dumps({"setup": asdict(setup), "strains": [asdict(one) for one in found]}, indent=2))
    else:
        show_strains(found, Console())


def _show_money(setup: "Setup", progress: Progress, *, as_json: bool) -> None:
    from deploy.simulation.accounts import showing  # noqa: PLC0415

    task = progress.add_task("Living through a year of money", total=None)
    year = showing.lived(setup, lambda day, days: progress.update(task, description=f"Day {day} of {days}"))
    progress.stop()
    if as_json:
        typer.echo(json.dumps(showing.as_json(year), indent=2))
    else:
        showing.show(year, Console(width=None if sys.stdout.isatty() else 150))
    if year.differences:
        raise typer.Exit(1)
