"""What one running copy writes down about itself, for the commands that look at it from outside."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.stopso.places import LOOPBACK, SERVICES, state_folder
from deploy.stopso.problems import CannotRun


@dataclass(slots=True)
class RunningState:
    """The process that runs it all, its children, and where they listen."""

    supervisor: int
    base_port: int
    services: dict[str, int] = field(default_factory=dict)
    complete: bool = False

    @property
    def ports(self) -> dict[str, int]:
        """The port of each service, in a row from the base port, then the mail catcher's."""
        return {name: self.base_port + place for place, name in enumerate((*SERVICES, "mail"))}

    def address(self, service: str) -> str:
        """Where people find a service; `localhost`, so that one sign-in counts for all of them."""
        return f"http://localhost:{self.ports[service]}"

    def inner_address(self, service: str) -> str:
        """Where a program on this machine finds a service."""
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def write(self) -> None:
        """Note the present state, whole or not at all."""
        unfinished = state_file().with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(self)), encoding="utf-8")
        unfinished.replace(state_file())


def state_file() -> Path:
    """Where a running copy notes its state."""
    return state_folder() / "state.json"


def read_state() -> RunningState | None:
    """What the last copy to run has noted; None when none ever did, or when it cleaned up."""
    if not state_file().exists():
        return None
    return RunningState(**json.loads(state_file().read_text(encoding="utf-8")))


def is_running() -> bool:
    """Whether a copy runs here now: it holds the lock as long as it lives."""
    file = state_folder() / "lock"
    if not file.exists():
        return False
    with file.open("r") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of this clone; raises `CannotRun` when another `stopso up` has it."""
    state_folder().mkdir(parents=True, exist_ok=True)
    with (state_folder() / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            process = file.read().strip() or "unknown"
            msg = f"StopSO already runs from this folder (process {process}); stop it with `make down`."
            raise CannotRun(msg) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
