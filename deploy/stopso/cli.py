"""`stopso`, the operators' command: start, stop and look after a copy of the platform."""

import json
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from deploy.stopso import (
    bench,
    bench_ledger,
    bench_matching,
    dead_letters,
    doctor,
    down,
    imports,
    people,
    reports,
    simulate,
    status,
    up,
)
from deploy.stopso.places import SERVICES, state_folder
from deploy.stopso.problems import CannotRun
from deploy.stopso.surroundings import surroundings_in

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(imports.app, name="import")
app.add_typer(reports.app, name="report")
app.add_typer(people.users, name="users")
app.add_typer(people.api_keys, name="api-keys")
app.command("bench")(bench.command)
app.command("bench-ledger")(bench_ledger.command)
app.command("bench-matching")(bench_matching.command)
app.command("simulate")(simulate.command)
console = Console()


@app.command("up")
def start() -> None:
    """Start everything here, and watch it until Ctrl-C."""
    up.run(console)


@app.command("down")
def stop() -> None:
    """Stop what runs from this folder."""
    console.print(down.run())


@app.command("status")
def show_status(as_json: AsJson = False) -> None:
    """Show how each service stands; the exit code is 0 when all are ready."""
    found = status.standings()
    if as_json:
        typer.echo(json.dumps(status.as_json(found), indent=2))
    elif found:
        console.print(status.as_table(found))
    else:
        console.print("StopSO does not run from this folder; `make up` starts it.")
    if not found or not all(each.ready for each in found):
        raise typer.Exit(1)


@app.command("doctor")
def diagnose(as_json: AsJson = False) -> None:
    """Say what is wrong and what to do about it."""
    found = doctor.problems()
    if as_json:
        typer.echo(json.dumps({"problems": found}, indent=2))
    else:
        for problem in found or ["Everything is as it should be."]:
            console.print(problem)
    if found:
        raise typer.Exit(1)


@app.command("migrate")
def migrate_databases() -> None:
    """Bring the databases of a running copy up to date."""
    surroundings = surroundings_in(state_folder())
    if surroundings.database.pid is None:
        msg = "the database does not run; `make up` starts it, and migrates it too"
        raise CannotRun(msg)
    surroundings.migrate(console.print)
    console.print("All databases are up to date.")


@app.command("seed")
def add_demo_data(
    referrals: Annotated[int, typer.Option("--referrals", min=1, max=100_000, help="How many more to add.")] = 20,
) -> None:
    """Add fictional referrals to the copy that runs here, and let some of them move on."""
    from deploy.stopso import seed  # noqa: PLC0415 - it loads the services, which no other command needs

    seed.command(referrals)


@app.command("docs")
def write_documents() -> None:
    """Bring the generated documents up to date."""
    from deploy.stopso.documents import ROOT, write  # noqa: PLC0415 - it loads the services, which takes a while

    for path in write():
        console.print(f"Wrote {path.relative_to(ROOT)}")


def database_url_of(service: str) -> str:
    """The address of a service's database in the copy that runs here."""
    if service not in SERVICES:
        msg = f"there is no service called {service}; there are {', '.join(SERVICES)}"
        raise CannotRun(msg)
    surroundings = surroundings_in(state_folder())
    if surroundings.database.pid is None:
        msg = "the database does not run; start it with `make up`, or name another with --database-url"
        raise CannotRun(msg)
    return surroundings.application_dsn(service)


dead_letters.database_url_of = database_url_of


def main(run: Callable[[], T] = app) -> T:
    """Run the command; a known problem is one sentence and exit code 1."""
    try:
        return run()
    except CannotRun as problem:
        Console(stderr=True).print(f"[red]Cannot go on:[/red] {problem}", highlight=False)
        raise SystemExit(1) from None
