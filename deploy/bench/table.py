"""The figures as people read them, and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from deploy.bench.measuring import Burst, Failed, Steady
from deploy.bench.running import Race, Row

NOTHING = "–"
CEILING, PEER = "ceiling", "faststream"


def as_table(race: Race, rows: Sequence[Row]) -> Table:
    """One row for each contestant; what failed a check has no figure."""
    table = Table(title=f"{race.events:,} events, {race.subjects:,} subjects, four stages, 400 bytes, seed {race.seed}")
    table.add_column("contestant")
    for heading in ("events/s", "× FastStream", "of ceiling"):
        table.add_column(heading, justify="right")
    for rate in race.rates:
        table.add_column(f"p50 ms\nat {rate:g}/s", justify="right")
        table.add_column(f"p99 ms\nat {rate:g}/s", justify="right")
    for heading in ("clients", "broker", "database"):
        table.add_column(f"CPU s per 1,000\n{heading}", justify="right")
    table.add_column("memory\nMiB", justify="right")
    for row in rows:
        table.add_row(*_cells(race, row, rows))
    return table


def as_json(race: Race, rows: Sequence[Row]) -> dict[str, Any]:
    """Everything that was measured."""
    return {
        "events": race.events,
        "subjects": race.subjects,
        "stages": 4,
        "seed": race.seed,
        "contestants": [
            {
                "name": row.contestant.name,
                "title": row.contestant.title,
                "burst": _burst_json(row.burst, rows),
                "steady": [_steady_json(rate, steady) for rate, steady in row.steady.items()],
                "load_before": row.loads,
                "problems": row.problems,
            }
            for row in rows
        ],
    }


def ratio(row: Row, rows: Sequence[Row], name: str) -> float | None:
    """This row's events a second, as a multiple of another's."""
    other = next((each.burst for each in rows if each.contestant.name == name), None)
    if isinstance(row.burst, Burst) and isinstance(other, Burst):
        return row.burst.rate / other.rate
    return None


def _cells(race: Race, row: Row, rows: Sequence[Row]) -> list[str]:
    burst = row.burst
    cells = [row.contestant.title]
    if isinstance(burst, Burst):
        times, share = ratio(row, rows, PEER), ratio(row, rows, CEILING)
        cells += [
            f"{burst.rate:,.0f}",
            NOTHING if times is None else f"{times:.1f}",
            NOTHING if share is None else f"{share:.0%}",
        ]
    else:
        cells += [NOTHING] * 3
    for rate in race.rates:
        steady = row.steady.get(rate)
        cells += [f"{steady.p50:,.0f}", f"{steady.p99:,.0f}"] if isinstance(steady, Steady) else [NOTHING] * 2
    if isinstance(burst, Burst):
        spent = (burst.spent.clients, burst.spent.broker, burst.spent.database)
        cells += [f"{seconds / burst.events * 1000:.2f}" for seconds in spent]
        cells.append(f"{burst.memory:,.0f}")
    else:
        cells += [NOTHING] * 4
    return cells


def _burst_json(burst: Burst | Failed | None, rows: Sequence[Row]) -> dict[str, Any] | None:
    if not isinstance(burst, Burst):
        return None
    per_thousand = 1000 / burst.events
    row = next(each for each in rows if each.burst is burst)
    return {
        "seconds": round(burst.seconds, 3),
        "events_per_second": round(burst.rate, 1),
        "times_faststream": ratio(row, rows, PEER),
        "share_of_ceiling": ratio(row, rows, CEILING),
        "cpu_seconds_per_1000": {
            "clients": round(burst.spent.clients * per_thousand, 3),
            "broker": round(burst.spent.broker * per_thousand, 3),
            "database": round(burst.spent.database * per_thousand, 3),
        },
        "memory_mib": round(burst.memory, 1),
    }


def _steady_json(rate: float, steady: Steady | Failed) -> dict[str, Any]:
    if isinstance(steady, Failed):
        return {"rate": rate, "p50_ms": None, "p99_ms": None}
    return {"rate": rate, "events": steady.events, "p50_ms": round(steady.p50, 1), "p99_ms": round(steady.p99, 1)}
