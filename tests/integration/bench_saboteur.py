"""A stage that does its work wrongly, to see whether the benchmark notices: the ceiling, but every batch backwards."""

import asyncio
from collections.abc import Sequence
from typing import Any

from deploy.bench.contestants import ceiling
from deploy.bench.place import Place

PROPER = ceiling.handle_all
LINGER = 0.3
"""Seconds in which more arrives, so that the next batch has several events of a subject in it."""


async def run_stage(place: Place) -> None:
    """Run the ceiling's stage, and mix the order."""

    async def handle_all(db: Any, batch: Sequence[Any]) -> None:
        await asyncio.sleep(LINGER)
        await PROPER(db, batch[::-1])

    ceiling.handle_all = handle_all
    await ceiling.run_stage(place)
