"""Starts services quickly: imports all four once, then forks a real process for each start; they end when it ends.

It reads one JSON document a line (service, environment, log, protections to switch off) and answers with a process id.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shared.kernel.ids import SERVICES, ServiceName

MARK = "tests.faults.nursery"


class Nursery:
    """The test's side: a process that has everything imported, and starts others on demand."""

    def __init__(self, folder: Path) -> None:
        root = str(Path(__file__).parents[2])
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": root, "HOME": str(folder)}
        with (folder / "nursery.log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MARK],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=root,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """The parent of everything started here."""
        return self._process.pid

    def start(
        self, service: ServiceName, environment: Mapping[str, str], log: Path, without: Sequence[str] = ()
    ) -> int:
        """Start a process for a service; gives its id. `without` names protections that are switched off."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"service": service, "environment": dict(environment), "log": str(log), "without": list(without)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the nursery has ended"
        return int(answer)

    def close(self) -> None:
        """End it, and everything that it started."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=120)
        self._process.stdout.close()


def _serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from deploy.stopso.workbench import service_named  # noqa: PLC0415 - the parent's side needs none of it
    from tests.faults.observing import watched  # noqa: PLC0415

    services = {name: watched(service_named(name)) for name in SERVICES}
    started: set[int] = set()
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(services[order["service"]], order)
        started.add(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in started:
        _end(pid)


def _become(service: Any, order: Mapping[str, Any]) -> None:
    """Be the service's process, from here to its end."""
    from shared.messaging import failpoints  # noqa: PLC0415
    from shared.service import run  # noqa: PLC0415
    from tests.faults import unprotected  # noqa: PLC0415

    status = 1
    try:
        os.setsid()
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.clear()
        os.environ.update(order["environment"])
        random.seed()
        failpoints.arm(os.environ.get("STOPSO_FAILPOINTS", ""))
        unprotected.switch_off(order["without"])
        run(service)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _end(pid: int) -> None:
    """Kill a child that still runs; an id that is somebody else's by now is left alone."""
    try:
        parent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]
        if int(parent) == os.getpid():
            os.kill(pid, signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        pass


if __name__ == "__main__":
    _serve()
