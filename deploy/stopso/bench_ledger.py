"""`stopso bench-ledger`: how fast money is kept for people, beside the least that plain PostgreSQL can do."""

from typing import Annotated

import typer

Quick = Annotated[bool, typer.Option("--quick", help="Only a taste; the page is left as it is.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def command(quick: Quick = False, as_json: AsJson = False) -> None:
    """Measure reservations against one fund and over a thousand; puts the figures into docs/benchmark-ledger.md."""
    from deploy.bench.ledger.racing import PAGE, QUICK, SIZES, show  # noqa: PLC0415 - it loads a service

    show(QUICK if quick else SIZES, as_json=as_json, page=None if quick else PAGE)
