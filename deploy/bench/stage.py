"""One stage of a contestant's chain as a process: `python -m deploy.bench.stage <module>`."""

import asyncio
import importlib
import logging
import signal
import sys

import uvloop

from deploy.bench.place import Place


async def run(module: str) -> None:
    """Run the stage until the process is told to end."""
    logging.basicConfig(level=logging.WARNING)
    work = asyncio.ensure_future(importlib.import_module(module).run_stage(Place.read()))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        return


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1]))
