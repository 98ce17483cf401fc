"""Runs every contestant on every size, each in a new process, and puts the figures beside each other."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.bench.matching.measuring import Figures

ROOT = Path(__file__).parents[3]
SIZES = ((100, 100), (200, 200), (1000, 1000), (10_000, 100), (10_000, 1000))
QUICK = ((100, 100), (200, 200), (1000, 200))
CONTESTANTS = ("single", "ours", "explained", "stored", "dense", "greedy")
WORDS = {
    "single": "one client, chosen among those whom the index leaves",
    "ours": "everyone together: gathering and solving",
    "explained": "the same with an explanation for each client",
    "stored": "the same through PostgreSQL: read, decided, written and told",
    "dense": "dense assignment (scipy), pairs given",
    "greedy": "greedy loop, pairs given",
}


def race(sizes: Sequence[tuple[int, int]]) -> Iterator[Figures]:
    """The figures as they come."""
    for therapists, waiting in sizes:
        for who in CONTESTANTS:
            module = ["deploy.bench.matching.stored"] if who == "stored" else ["deploy.bench.matching.measuring", who]
            command = [sys.executable, "-m", *module, str(therapists), str(waiting)]
            done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            yield Figures(**{**found, "placed": tuple(found["placed"])})


def show(sizes: Sequence[tuple[int, int]], *, as_json: bool) -> bool:
    """Print the figures and the ratios; gives whether the dense assignment found the same as we did on every size."""
    figures = list(race(sizes))
    if as_json:
        Console().print_json(json.dumps([asdict(one) for one in figures]))
        return _agree(figures)
    table = Table(
        "therapists",
        "waiting",
        "what",
        "seconds",
        "processor s",
        "peak MB",
        "placed",
        "points",
        "statements",
        "time ÷ ours",
    )  # fmt: skip
    ours = {(one.therapists, one.waiting): one for one in figures if one.who == "ours"}
    for one in figures:
        own = ours.get((one.therapists, one.waiting))
        table.add_row(
            f"{one.therapists:,}",
            f"{one.waiting:,}",
            WORDS[one.who],
            f"{one.seconds:.3f}",
            f"{one.processor:.3f}",
            str(one.megabytes),
            " + ".join(map(str, one.placed)),
            f"{one.score:,}" if one.placed else "",
            f"{one.statements:,}" if one.statements else "",
            f"{one.seconds / own.seconds:.2f}" if own and one.who != "single" else "",
            end_section=one.who == CONTESTANTS[-1],
        )
    console = Console()
    console.print(table)
    console.print(
        "Placed are immediate + urgent + routine clients; processor seconds do not grow when others are busy."
    )
    agree = _agree(figures)
    console.print(
        "The dense assignment found the same optimum everywhere." if agree else "[red]The optima differ.[/red]"
    )
    return agree


def _agree(figures: Sequence[Figures]) -> bool:
    found = {(one.who, one.therapists, one.waiting): (one.placed, one.score) for one in figures}
    return all(
        found[who, therapists, waiting] == found["ours", therapists, waiting]
        for who, therapists, waiting in found
        if who in ("dense", "explained")
    )
