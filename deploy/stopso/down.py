"""`stopso down`: stop the copy that runs from this folder, or what is left of one."""

import signal

from deploy.stopso import processes
from deploy.stopso.places import state_folder
from deploy.stopso.problems import CannotRun
from deploy.stopso.running_state import alone, is_running, read_state
from deploy.stopso.surroundings import surroundings_in
from deploy.stopso.up import clear_away


def run() -> str:
    """Stop it, and say what there was to stop."""
    state = read_state()
    if is_running():
        supervisor = processes.running(state.supervisor if state else _noted(), mark="up")
        if supervisor is None:
            msg = "StopSO runs from this folder, but not as a process of ours; stop it where it was started."
            raise CannotRun(msg)
        supervisor.send_signal(signal.SIGTERM)
        if not processes.gone(supervisor, seconds=90.0):
            msg = f"process {supervisor.pid} has not ended after 90 s; `make status` shows what is left"
            raise CannotRun(msg)
        return "Stopped."
    if not (state_folder() / "secrets.json").exists():
        return "Nothing has been started here yet."
    with alone():
        surroundings = surroundings_in(state_folder())
        left = state is not None or surroundings.database.pid is not None or surroundings.broker.pid is not None
        clear_away()
        surroundings.stop()
    return "Stopped what a killed run had left." if left else "Nothing was running."


def _noted() -> int | None:
    text = (state_folder() / "lock").read_text().strip()
    return int(text) if text.isdigit() else None
