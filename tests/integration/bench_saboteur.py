"""A stage that does its work wrongly, to see whether the benchmark notices: as the ceiling, but for one named fault."""

import os
from collections.abc import Sequence
from typing import Any

from deploy.bench.contestants import ceiling
from deploy.bench.place import Place

FAULT = "STOPSO_BENCH_FAULT"
PROPER = ceiling.handle_all


async def run_stage(place: Place) -> None:
    """Run the ceiling's stage with the fault that the environment names."""
    fault = os.environ[FAULT]

    async def handle_all(db: Any, batch: Sequence[Any]) -> None:
        match fault:
            case "acknowledge-without-handling":
                await PROPER(db, batch[:-1])
            case "have-the-effect-twice":
                await PROPER(db, batch)
                await db.execute("DELETE FROM inbox")
                await PROPER(db, batch)
            case "mix-the-order":
                await PROPER(db, batch[::-1])
            case "store-nothing-to-tell":
                await PROPER(db, batch)
                await db.execute("DELETE FROM outbox WHERE position = (SELECT max(position) FROM outbox)")
            case _:
                raise ValueError(fault)

    ceiling.handle_all = handle_all
    await ceiling.run_stage(place)
