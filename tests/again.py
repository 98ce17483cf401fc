"""Tries what failed among thousands once more, alone: a machine that stood still is no fault, and a fault fails again.

`python -m tests.again STATUS CACHE`: how the whole run ended, and the cache in which it noted what failed.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

FAILED = 1
AT_MOST = 3
_GROUP = re.compile(r"@[a-z-]+$")


def noted(cache: Path) -> list[str]:
    """The tests that failed, by the names that pytest takes; the group a worker ran them in is no part of them."""
    note = cache / "v" / "cache" / "lastfailed"
    return [_GROUP.sub("", name) for name in json.loads(note.read_text())] if note.exists() else []


def main(status: int, cache: Path) -> int:
    """Try again, unless too much failed for bad luck or nothing was tried; gives how it all ended."""
    names = noted(cache)
    if status != FAILED or not 0 < len(names) <= AT_MOST:
        return status
    print(f"\nFailed among the others, tried once more alone: {', '.join(names)}", flush=True)  # noqa: T201
    status = subprocess.run([sys.executable, "-m", "pytest", *names], check=False).returncode
    if status == 0:
        print(f"UNSTEADY, and to be looked at: {', '.join(names)}", flush=True)  # noqa: T201
    return status


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2])))
