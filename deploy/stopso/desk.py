"""One service's kernel for one command: of this container, or else of the copy that runs from this folder."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from deploy.stopso.places import state_folder
from deploy.stopso.problems import CannotRun
from deploy.stopso.running_state import is_running, read_state
from deploy.stopso.surroundings import surroundings_in
from deploy.stopso.workbench import open_kernel
from shared.kernel.errors import BrokenPromise
from shared.kernel.ids import ServiceName
from shared.messaging.kernel import Kernel

T = TypeVar("T")


def at_desk(service: ServiceName, work: Callable[[Kernel], Awaitable[T]]) -> T:
    """Do `work` with the kernel of a service; a promise that breaks becomes one sentence for the operator."""

    async def run() -> T:
        async with open_kernel(service, _environment(service)) as kernel:
            return await work(kernel)

    try:
        return asyncio.run(run())
    except BrokenPromise as problem:
        raise CannotRun(problem.sentence) from problem


def text_of(file: Path) -> str:
    """What stands in a file; a file that cannot be read becomes one sentence."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        msg = f"{file} cannot be read as UTF-8 text"
        raise CannotRun(msg) from problem


def _environment(service: ServiceName) -> dict[str, str]:
    if "STOPSO_DATABASE_URL" in os.environ:
        return dict(os.environ)
    state = read_state()
    if state is None or not is_running():
        msg = "nothing runs from this folder; start it with `make up`"
        raise CannotRun(msg)
    return surroundings_in(state_folder()).environment(service, state)
