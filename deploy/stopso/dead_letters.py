"""`stopso dead-letters`: what could not be handled, why, and what a person decides about it."""

import asyncio
import getpass
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from shared.db import Database
from shared.kernel.errors import BrokenPromise
from shared.messaging import dead_letters

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatabaseUrl = Annotated[
    str,
    typer.Option("--database-url", envvar="STOPSO_DATABASE_URL", help="The service's database; `make up` knows it."),
]
ServiceArgument = Annotated[str, typer.Argument(help="intake, matching, funding or notifications.")]
app = typer.Typer(help="Look at dead letters, try them again, or drop them with a reason.", no_args_is_help=True)
database_url_of: Callable[[str], str] | None = None
"""Finds the address of a service's database where none is given; the command that this belongs to sets it."""


@app.command("list")
def list_letters(service: ServiceArgument, database_url: DatabaseUrl = "", as_json: AsJson = False) -> None:
    """Dead letters by cause, then one by one."""

    async def look(database: Database) -> tuple[list[dead_letters.Cause], list[dead_letters.DeadLetter]]:
        async with database.reading() as db:
            return await dead_letters.causes(db), await dead_letters.listed(db)

    causes, letters = _with(service, database_url, look)
    if as_json:
        _print_json({"causes": [asdict(cause) for cause in causes], "letters": [asdict(letter) for letter in letters]})
        return
    _print_table("Causes", ["cause", "type", "count", "behind", "oldest"], [asdict(cause) for cause in causes])
    _print_table(
        "Letters", ["event_id", "type", "key", "attempts", "cause", "behind"], [asdict(one) for one in letters]
    )


@app.command()
def show(service: ServiceArgument, event_id: UUID, database_url: DatabaseUrl = "", as_json: AsJson = False) -> None:
    """One dead letter: its attributes, why it died and where; never its body."""

    async def look(database: Database) -> dead_letters.DeadLetter:
        async with database.reading() as db:
            return await dead_letters.shown(db, event_id)

    letter = asdict(_with(service, database_url, look))
    if as_json:
        _print_json(letter)
        return
    for name, value in letter.items():
        Console().print(f"[bold]{name}[/bold] {value}", highlight=False)


@app.command()
def replay(
    service: ServiceArgument,
    event_id: Annotated[UUID | None, typer.Argument(help="One event.")] = None,
    key: Annotated[str, typer.Option(help="All of one key, e.g. a referral's id.")] = "",
    kind: Annotated[str, typer.Option(help="All of one event type.")] = "",
    database_url: DatabaseUrl = "",
) -> None:
    """Try again: one event, a key, or a kind. What waits behind follows in order."""
    _need_one_choice(event_id, key, kind)

    async def work(database: Database) -> int:
        letters = await _chosen(database, event_id, key, kind)
        return await dead_letters.replay(database, letters, actor=_actor(), now=datetime.now(UTC))

    typer.echo(f"{_with(service, database_url, work)} to be tried again now")


@app.command()
def drop(
    service: ServiceArgument,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    event_id: Annotated[UUID | None, typer.Argument(help="One event.")] = None,
    key: Annotated[str, typer.Option(help="All of one key.")] = "",
    kind: Annotated[str, typer.Option(help="All of one event type.")] = "",
    database_url: DatabaseUrl = "",
) -> None:
    """Remove for good, with a reason that is kept."""
    _need_one_choice(event_id, key, kind)
    if not reason.strip():
        raise typer.BadParameter("say why")

    async def work(database: Database) -> int:
        letters = await _chosen(database, event_id, key, kind)
        return await dead_letters.drop(database, letters, reason=reason, actor=_actor(), now=datetime.now(UTC))

    typer.echo(f"{_with(service, database_url, work)} dropped")


async def _chosen(database: Database, event_id: UUID | None, key: str, kind: str) -> list[dead_letters.DeadLetter]:
    async with database.reading() as db:
        if event_id is not None:
            return [await dead_letters.shown(db, event_id)]
        return await dead_letters.listed(db, event_type=kind, key=key, limit=1_000_000)


def _need_one_choice(event_id: UUID | None, key: str, kind: str) -> None:
    if (event_id is not None) + bool(key) + bool(kind) != 1:
        raise typer.BadParameter("say which: an event id, --key or --kind")


def _with(service: str, database_url: str, work: Callable[[Database], Awaitable[T]]) -> T:
    url = database_url or (database_url_of(service) if database_url_of is not None else "")
    if not url:
        raise typer.BadParameter(f"where is the database of {service}? Give --database-url or set STOPSO_DATABASE_URL")

    async def main() -> T:
        database = Database(url, minimum=1, maximum=1, application="stopso")
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(main())
    except BrokenPromise as refusal:
        typer.echo(refusal.sentence, err=True)
        raise typer.Exit(1) from refusal


def _actor() -> str:
    return f"operator:{os.environ.get('SUDO_USER') or getpass.getuser()}"


def _print_json(found: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    typer.echo(json.dumps(found, default=str, indent=2))


def _print_table(title: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    Console().print(table)
