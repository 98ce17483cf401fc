"""Hands a stranger's file to a process apart and takes back the one that was written anew, or why there is none."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from services.matching.gateways.unusable import UNUSABLE, Unusable

PATIENCE = 30.0
AT_ONCE = 2
HERE = Path(__file__).parents[3]
_turns = asyncio.Semaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A file that we wrote ourselves."""

    media_type: str
    content: bytes


async def cleaned(content: bytes) -> Cleaned | Unusable:
    """The file written anew. What the process cannot read within its memory and time counts as damaged."""
    async with _turns:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.matching.gateways.rewriting",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            cwd=HERE, env={},
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                answer, _ = await process.communicate(content)
        except TimeoutError:
            return "damaged"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    verdict, _, written = answer.partition(b"\n")
    word, _, rest = verdict.decode("ascii", "replace").partition(" ")
    if word == "written" and process.returncode == 0:
        return Cleaned(rest, written)
    return next((why for why in UNUSABLE if why == rest), "damaged")
