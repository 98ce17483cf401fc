"""Runs both contestants over one hot fund, over twenty and over a thousand, and puts the figures beside each other."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.bench.ledger.ours import Ours
from deploy.bench.ledger.plain import Plain
from deploy.bench.ledger.server import Server, running_server
from deploy.bench.ledger.watching import Pace

PAGE = Path(__file__).parents[3] / "docs" / "benchmark-ledger.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
WORKERS = 8
HEADINGS = (
    "funds",
    "a transaction",
    "what",
    "reservations/s",
    "plain ÷ this",
    "statements",
    "p50 ms",
    "p99 ms",
    "processor ms",
    "all money locked, ms",
)


@dataclass(frozen=True, slots=True)
class Size:
    """So many funds, reservations in all, and reservations in one transaction."""

    funds: int
    reservations: int
    batch: int


SIZES = (
    Size(1, 500, 1),
    Size(1, 1600, 50),
    Size(20, 400, 1),
    Size(20, 1600, 50),
    Size(1000, 120, 1),
    Size(1000, 240, 10),
)
QUICK = (Size(1, 120, 1), Size(1, 200, 25), Size(100, 80, 1))
PLAIN_TIMES = 10
"""Plain PostgreSQL does so many times as many, so that both are watched for about as long."""


def race(sizes: Sequence[Size]) -> Iterator[Pace]:
    """The figures as they come, each on a fresh database of one server."""
    with running_server() as server:
        for nth, size in enumerate(sizes):
            yield asyncio.run(_plain(server, f"plain_{nth}", size))
            yield asyncio.run(_ours(server, f"ours_{nth}", size, one_lock=True))
            if size.funds > 1 and size.batch == 1:  # without that lock, batches over several funds end in deadlocks
                yield asyncio.run(_ours(server, f"looser_{nth}", size, one_lock=False))


async def _plain(server: Server, name: str, size: Size) -> Pace:
    contestant = Plain(server.for_plain(name), workers=WORKERS)
    return await contestant.pace(size.funds, size.reservations * PLAIN_TIMES, size.batch)


async def _ours(server: Server, name: str, size: Size, *, one_lock: bool) -> Pace:
    contestant = Ours(server.for_funding(name), workers=WORKERS, one_lock=one_lock)
    return await contestant.pace(size.funds, size.reservations, size.batch)


def show(sizes: Sequence[Size], *, as_json: bool, page: Path | None) -> None:
    """Print the figures, and put them into the page between its two marks."""
    paces = list(race(sizes))
    if as_json:
        Console().print_json(json.dumps([{**asdict(one), "rate": one.rate} for one in paces]))
    else:
        table = Table(*HEADINGS)
        for row in _rows(paces):
            table.add_row(*row)
        Console().print(table)
    if page is not None:
        _write(page, _rows(paces))


def _rows(paces: Sequence[Pace]) -> list[tuple[str, ...]]:
    plain = {(one.funds, one.batch): one.rate for one in paces if one.who == "plain PostgreSQL"}
    return [
        (
            *(f"{one.funds:,}", str(one.batch), one.who, f"{one.rate:,.0f}"),
            f"{plain[one.funds, one.batch] / one.rate:.1f}",
            *(f"{one.statements:.1f}", f"{one.p50:,.1f}", f"{one.p99:,.1f}"),
            *(f"{one.processor / one.reservations * 1000:.1f}", f"{one.locked:.1f}" if one.locked else ""),
        )
        for one in paces
    ]


def _write(page: Path, rows: Sequence[tuple[str, ...]]) -> None:
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
