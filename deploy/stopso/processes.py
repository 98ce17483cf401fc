"""Starting programs in a session of their own, recognising them later by process id, and stopping them."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from deploy.stopso.problems import CannotRun


def start(command: Sequence[str], *, log: Path, environment: Mapping[str, str]) -> int:
    """Start a program that the terminal's Ctrl-C does not reach, give its process id; its output is added to `log`."""
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        msg = f"{command[0]} is not on this machine"
        raise CannotRun(msg)
    return os.posix_spawn(
        program,
        list(command),
        dict(environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def alive(pid: int) -> bool:
    """Whether a process just started by us is still there; an ended child of ours is reaped."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    return bool(psutil.pid_exists(pid))


def running(pid: int | None, *, mark: str) -> psutil.Process | None:
    """The process with this id if it lives and `mark` stands in its command line, so that a reused id is not it."""
    if pid is None:
        return None
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            _reaped(pid)
        elif any(mark in part for part in process.cmdline()):
            return process
    return None


def stop(pid: int | None, *, mark: str, with_signal: int = signal.SIGTERM, seconds: float = 15.0) -> None:
    """Ask a process to end, wait, and kill it when it does not; nothing happens when it is gone already."""
    process = running(pid, mark=mark)
    if process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(with_signal)
        if not gone(process, seconds=seconds):
            process.kill()
            gone(process, seconds=30.0)


def gone(process: psutil.Process, *, seconds: float) -> bool:
    """Wait until a process has ended, and is reaped where it is a child of ours: its number is in use until then."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ended(process) and _reaped(process.pid):
            return True
        time.sleep(0.02)
    return False


def ended(process: psutil.Process) -> bool:
    """Whether nothing of a process runs any more; a killed one whose last threads linger keeps its ports that long."""
    try:
        return not process.is_running() or (process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1)
    except psutil.NoSuchProcess:
        return True


def _reaped(pid: int) -> bool:
    """Reap an ended child; whether nothing of it is left to us, as is so of what was never ours."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
