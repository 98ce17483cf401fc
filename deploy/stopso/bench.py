"""`stopso bench`: how fast a chain of services passes events on, ours and others, with every result checked."""

from typing import Annotated

import typer

Events = Annotated[int, typer.Option(min=10, help="How many events run through each chain when all are there at once.")]
Only = Annotated[str, typer.Option(help="Who is measured, separated by commas; everybody where nobody is named.")]
Rates = Annotated[str, typer.Option(help="Fixed rates in events a second, separated by commas; may be empty.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def command(events: Events = 20_000, only: Only = "", rates: Rates = "200", as_json: AsJson = False) -> None:
    """Measure how fast chains of four services pass events on; everything runs on servers of its own."""
    from deploy.bench.running import Race  # noqa: PLC0415 - nobody else should wait for what the benchmark needs
    from deploy.bench.showing import show  # noqa: PLC0415

    race = Race(events=events, subjects=max(1, events // 10), rates=tuple(map(float, _parts(rates))))
    if not show(race, _parts(only), as_json_=as_json):
        raise typer.Exit(1)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
