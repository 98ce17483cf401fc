"""`make chaos`: a long, seeded run on servers of its own in which anything may happen, and the checker's report."""

import argparse
import random
import secrets
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tests import servers
from tests.faults.checker import report
from tests.faults.faults import Weather, proxied, roles_for
from tests.faults.load import Load
from tests.faults.resting import breaches, come_to_rest, pardon
from tests.faults.storm import Storm, storm

COLUMNS = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
BETWEEN = 2.0
LONGEST_FAULT = 12.0
MOST_REFERRALS = 2_000


def run(seconds: float, seed: str, folder: Path, console: Console) -> int:
    """Let anything happen for so long; gives 0 where the checker finds nothing."""
    console.print(f"seed {seed}")
    postgres, broker = servers.a_database(folder / "postgres"), servers.a_broker(folder / "broker")
    try:
        postgres.start()
        broker.start()
        roles_for(postgres)
        with (
            proxied(postgres, broker) as (database, bus),
            storm(folder, postgres, broker, through=lambda url: database.through(bus.through(url))) as watched,
        ):
            watched.start()
            watched.wait_ready()
            weather = Weather(watched, random.Random(seed), database, bus, postgres, broker, longest=LONGEST_FAULT)
            load = _storm(weather, seconds, seed, console)
            return _look(watched, weather, load, console)
    finally:
        broker.kill()
        postgres.kill()


def _storm(weather: Weather, seconds: float, seed: str, console: Console) -> Load:
    ends = time.monotonic() + seconds
    deeds = weather.deeds(servers=True)
    with (
        Load(weather.storm, seed, pause=0.05, most=MOST_REFERRALS) as load,
        Progress(*COLUMNS, console=console, transient=True) as progress,
    ):
        bar = progress.add_task("Chaos", total=seconds)
        while (left := ends - time.monotonic()) > 0:
            if load.failure is not None:
                break
            progress.update(bar, completed=seconds - left)
            console.print(f"{seconds - left:5.0f} s  {weather.do(weather.draw.choice(deeds))}")
            time.sleep(weather.draw.uniform(0.1, 1.0) * BETWEEN)
        weather.storm.wait_ready()
    return load


def _look(watched: Storm, weather: Weather, load: Load, console: Console) -> int:
    console.print(
        f"{len(weather.done)} faults; people did {dict(load.done)}; refused in the moment: {dict(load.refused)}"
    )
    come_to_rest(watched, seconds=240)
    pardoned = pardon(watched)
    found = breaches(watched, seconds=120)
    if pardoned:
        console.print(
            f"{pardoned} events stood beside several deaths and were put aside; replayed, as an operator would"
        )
    console.print(report(found), markup=False, highlight=False)
    return 1 if found else 0


def main() -> int:
    """Read the options, run, and say how it ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", default=secrets.token_hex(4), help="the same seed draws the same faults and people")
    chosen = parser.parse_args()
    servers.join()
    try:
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            return run(chosen.seconds, chosen.seed, Path(folder), Console())
    finally:
        servers.leave()


if __name__ == "__main__":
    sys.exit(main())
