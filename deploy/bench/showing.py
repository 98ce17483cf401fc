"""Runs a race while somebody watches, and shows what came of it."""

import asyncio
import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.bench.contestant import Contestant
from deploy.bench.lineup import LINEUP
from deploy.bench.running import Race, Row, chosen, race
from deploy.bench.servers import running_servers
from deploy.bench.table import as_json, as_table
from deploy.stopso.places import state_folder
from deploy.stopso.problems import CannotRun

WIDTH_IN_A_FILE = 150


def show(wanted: Race, only: Sequence[str], *, as_json_: bool) -> bool:
    """Measure, print the table or JSON, and say whether every run has its figure."""
    known = [each.name for each in LINEUP]
    if strangers := [name for name in only if name not in known]:
        msg = f"nobody in the lineup is called {strangers[0]}; there are {', '.join(known)}"
        raise CannotRun(msg)
    rows = _watched(wanted, chosen(LINEUP, only))
    if as_json_:
        sys.stdout.write(json.dumps(as_json(wanted, rows), indent=2) + "\n")
    else:
        console = Console(width=None if sys.stdout.isatty() else WIDTH_IN_A_FILE)
        console.print(as_table(wanted, rows))
        for row in rows:
            for problem in row.problems:
                console.print(f"{row.contestant.title}: {problem}", highlight=False, markup=False)
    return not any(row.problems for row in rows)


def _watched(wanted: Race, lineup: list[Contestant]) -> list[Row]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=1) as progress:
        task = progress.add_task("preparing", total=None)

        def say(what: str) -> None:
            progress.update(task, description=what)

        def told(contestant: Contestant, what: str, done: int, total: int) -> None:
            progress.update(task, description=f"{contestant.title}, {what}", total=total, completed=done)

        with running_servers(state_folder() / "bench", say) as servers:
            return asyncio.run(race(wanted, lineup, servers, told))
