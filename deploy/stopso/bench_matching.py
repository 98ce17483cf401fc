"""`stopso bench-matching`: how long the best placing takes, beside a dense assignment and a greedy loop."""

from typing import Annotated

import typer

Quick = Annotated[bool, typer.Option("--quick", help="Only the smaller sizes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def command(quick: Quick = False, as_json: AsJson = False) -> None:
    """Measure one match and a run over everybody, in time, memory and quality; ends with 1 where optima differ."""
    from deploy.bench.matching.racing import QUICK, SIZES, show  # noqa: PLC0415 - only this needs scipy

    if not show(QUICK if quick else SIZES, as_json=as_json):
        raise typer.Exit(1)
