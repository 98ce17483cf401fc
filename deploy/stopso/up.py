"""`stopso up`: everything a fresh machine needs, started, watched and stopped as one."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from deploy.stopso import processes
from deploy.stopso.places import SERVICES, state_folder
from deploy.stopso.ports import first_free_run, is_free
from deploy.stopso.problems import CannotRun
from deploy.stopso.running_state import RunningState, alone, read_state, state_file
from deploy.stopso.supervisor import Supervisor
from deploy.stopso.surroundings import Surroundings, surroundings_in
from deploy.stopso.welcome import welcome

BASE_PORT = "STOPSO_BASE_PORT"
FIRST_PORT = 8400
PORTS = len(SERVICES) + 1
LOOK_EVERY = 0.5


def run(console: Console) -> None:
    """Start everything, watch it until Ctrl-C or SIGTERM, and stop it in the order that loses nothing."""
    began = time.monotonic()
    with alone():
        clear_away()
        surroundings = surroundings_in(state_folder())
        with until_told() as watch:
            state = RunningState(os.getpid(), _base_port())
            supervisor = Supervisor(surroundings, state, lambda words: console.print(words, style="dim"))
            try:
                _start(console, surroundings, supervisor)
                welcome(console, state, seconds=time.monotonic() - began, demo=_is_demo(surroundings, state))
                while True:
                    supervisor.look()
                    time.sleep(LOOK_EVERY)
            except KeyboardInterrupt:
                console.print("\nStopping …")
            finally:
                watch.ignore()
                supervisor.stop_services()
                surroundings.stop()
                state_file().unlink(missing_ok=True)
                console.print("Stopped. Nothing is lost: `make up` goes on from here.")


def clear_away() -> None:
    """Stop the services that a killed `stopso up` has left running; servers are stopped when they are started."""
    left = read_state()
    for service, pid in left.services.items() if left else ():
        processes.stop(pid, mark=f"services.{service}")
    state_file().unlink(missing_ok=True)


def _start(console: Console, surroundings: Surroundings, supervisor: Supervisor) -> None:
    with console.status("Starting PostgreSQL, RabbitMQ and the four services …"):
        surroundings.start(supervisor.say, when_migrated=supervisor.start_services)
        supervisor.wait_until_ready()
    if surroundings.is_empty():
        from deploy.stopso.seed import seed_if_empty  # noqa: PLC0415 - it loads the services: only where it is needed

        seed_if_empty(surroundings, supervisor.state, console)
    supervisor.state.complete = True
    supervisor.state.write()


def _is_demo(surroundings: Surroundings, state: RunningState) -> bool:
    return surroundings.environment("intake", state)["STOPSO_DEMO"] == "true"


def _base_port() -> int:
    told = os.environ.get(BASE_PORT)
    if told is None:
        remembered = state_folder() / "base_port"
        start = int(remembered.read_text()) if remembered.exists() else FIRST_PORT
        base = first_free_run(start, PORTS)
        remembered.write_text(str(base))
        return base
    taken = [port for port in range(int(told), int(told) + PORTS) if not is_free(port)]
    if taken:
        msg = f"{BASE_PORT} is {told}, but port {taken[0]} is in use; choose another or leave it unset."
        raise CannotRun(msg)
    return int(told)


class _Watch:
    """Turns Ctrl-C and SIGTERM into KeyboardInterrupt, once."""

    def begin(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told)

    def ignore(self) -> None:
        """From now on we are stopping already."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        self.ignore()
        raise KeyboardInterrupt


@contextmanager
def until_told() -> Iterator[_Watch]:
    """Within it, Ctrl-C and SIGTERM raise KeyboardInterrupt, the first time; afterwards all is as before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    watch = _Watch()
    watch.begin()
    try:
        yield watch
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
