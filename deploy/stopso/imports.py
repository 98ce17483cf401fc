"""`stopso import`: takes referrals, therapists, funds and outward codes over from CSV files, and what is dated data."""

import json
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.stopso.desk import at_desk, text_of
from services.funding.handlers.importing import Imported, RefusedFile, import_funds, import_questionnaires
from services.funding.handlers.means_policies import import_thresholds
from services.intake.handlers.importing import import_csv
from services.matching.handlers.importing import import_outcodes, import_therapists
from shared.kernel.errors import BrokenPromise, Conflict, Unprocessable
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

app = typer.Typer(
    help="Take data over from CSV files; a second run of the same file changes nothing.", no_args_is_help=True
)
console = Console()
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, UTF-8, with a heading.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Wrong = tuple[int, str, str]
ACTOR = "operator"


@app.command("referrals")
def referrals(
    file: File,
    source: Annotated[str, typer.Option(help="Whose rows these are; a row id counts once for each source.")] = "file",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take referrals over; each good row is in, whatever the others are."""
    text = text_of(file)
    results = at_desk("intake", lambda k: import_csv(k, text, source=source, actor=ACTOR, dry_run=dry_run))
    counts = {kind: sum(result.outcome == kind for result in results) for kind in ("imported", "unchanged", "checked")}
    wrong = [(result.line, column, sentence) for result in results for column, sentence in result.problems]
    _say(counts, wrong, as_json=as_json)


@app.command("therapists")
def therapists(file: File, as_json: AsJson = False) -> None:
    """Take therapists over; the same registration number is the same therapist."""
    lines = text_of(file).splitlines()
    with console.status("Taking therapists over …"):
        report = at_desk("matching", lambda kernel: import_therapists(kernel, lines, actor=ACTOR))
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    _say(counts, [(error.row, error.column, error.sentence) for error in report.errors], as_json=as_json)


@app.command("funds")
def funds(file: File, as_json: AsJson = False) -> None:
    """Take funds and payments over, all rows or none."""
    text = text_of(file)

    async def take_in(tx: Transaction) -> Imported:
        return await import_funds(tx, text)

    async def work(kernel: Kernel) -> Imported | RefusedFile:
        try:
            return await kernel.perform("import", take_in, actor=ACTOR)
        except RefusedFile as refused:
            return refused

    match at_desk("funding", work):
        case RefusedFile() as refused:
            _say({}, [(error.line, error.column, error.sentence) for error in refused.errors], as_json=as_json)
        case imported:
            _say({"funds": imported.funds, "payments": imported.payments}, [], as_json=as_json)


@app.command("questionnaires")
def questionnaires(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A JSON list of forms.")],
    as_json: AsJson = False,
) -> None:
    """Load the words of evaluation forms, such as those of CORE-10, which ship with their owner and not with us."""
    text = text_of(file)
    _take_in("import", lambda tx: import_questionnaires(tx, text), called="new forms", as_json=as_json)


@app.command("thresholds")
def thresholds(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A TOML file of thresholds.")],
    as_json: AsJson = False,
) -> None:
    """Load the thresholds of means tests that hold from a day on; what holds already never changes."""
    text = text_of(file)
    _take_in("means-policies", lambda tx: import_thresholds(tx, text), called="new thresholds", as_json=as_json)


@app.command("outcodes")
def outcodes(file: File, as_json: AsJson = False) -> None:
    """Replace the outward codes and where they lie."""
    lines = text_of(file).splitlines()
    _say({"outward codes": at_desk("matching", lambda k: import_outcodes(k, lines, actor=ACTOR))}, [], as_json=as_json)


def _take_in(key: str, work: Callable[[Transaction], Awaitable[int]], *, called: str, as_json: bool) -> None:
    async def try_it(kernel: Kernel) -> int | BrokenPromise:
        try:
            return await kernel.perform(key, work, actor=ACTOR)
        except (Conflict, Unprocessable) as refused:
            return refused

    match at_desk("funding", try_it):
        case BrokenPromise() as refused:
            _say({}, [(0, "", refused.sentence)], as_json=as_json)
        case new:
            _say({called: int(new)}, [], as_json=as_json)


def _say(counts: dict[str, int], wrong: Iterable[Wrong], *, as_json: bool) -> None:
    problems = list(wrong)
    if as_json:
        rows = [{"row": row, "column": column, "problem": sentence} for row, column, sentence in problems]
        typer.echo(json.dumps({**counts, "problems": rows}, indent=2))
    else:
        if counts:
            console.print(", ".join(f"{count} {kind}" for kind, count in counts.items()) + ".")
        if problems:
            table = Table("row", "column", "what is wrong", box=None, padding=(0, 2, 0, 0))
            for row, column, sentence in problems:
                table.add_row(str(row), column, sentence)
            console.print(table)
    if problems:
        raise typer.Exit(1)
