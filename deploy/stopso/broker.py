"""A private RabbitMQ node: everything it keeps in one folder, every door of it on the loopback address."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.stopso import processes
from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.broker_program import ensure_programs
from deploy.stopso.places import LOOPBACK
from deploy.stopso.ports import noted, remembered
from deploy.stopso.problems import CannotRun

ADMINISTRATOR = "administrator"
NODE = "stopso@localhost"
FLUSH = "[dets:sync(Table) || Table <- dets:all()]."
CONFIGURATION = """\
listeners.tcp.1 = {loopback}:{amqp}
management.tcp.ip = {loopback}
management.tcp.port = {management}
management.disable_stats = true
management.enable_queue_totals = true
default_user = {user}
default_pass = {password}
default_user_tags.administrator = true
default_vhost = /
disk_free_limit.absolute = 100MB
raft.wal_max_size_bytes = 67108864
queue_index_embed_msgs_below = 4096
collect_statistics_interval = 60000
log.file = false
log.console = true
log.console.level = info
"""


def nothing(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class PrivateBroker:
    """One node in one folder; its ports, cookie and administrator's password are kept there from start to start."""

    folder: Path

    @property
    def log(self) -> Path:
        """What the node and its port mapper have to say."""
        return self.folder / "rabbitmq.log"

    @property
    def ports(self) -> dict[str, int]:
        """The ports of the running node, or of its last run: amqp, management, distribution, mapper."""
        return noted(self.folder / "ports.json")

    @property
    def password(self) -> str:
        """The administrator's password."""
        return (self.folder / "password").read_text()

    @property
    def administration(self) -> BrokerAdministration:
        """The node's management interface."""
        return BrokerAdministration(f"http://{LOOPBACK}:{self.ports['management']}", ADMINISTRATOR, self.password)

    @property
    def pid(self) -> int | None:
        """The process id of the Erlang machine while it runs."""
        return self._pid("node.pid", mark=str(self.folder))

    def url(self, user: str, password: str, vhost: str) -> str:
        """The AMQP address of a virtual host for one user."""
        place = f"{LOOPBACK}:{self.ports['amqp']}"
        return f"amqp://{quote(user)}:{quote(password, safe='')}@{place}/{quote(vhost, safe='')}"

    def start(self, *, say: Callable[[str], None] = nothing, seconds: float = 180.0) -> None:
        """Start the node and wait until it takes connections; one left over from a killed run is stopped first."""
        place = ensure_programs(say)
        self.stop()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._prepare()
        self._start_mapper()
        (self.folder / "node.pid").unlink(missing_ok=True)
        outer = processes.start([str(place / "rabbitmq-server")], log=self.log, environment=self._environment())
        (self.folder / "script.pid").write_text(str(outer))
        until = time.monotonic() + seconds
        while time.monotonic() < until and processes.alive(outer):
            if self.administration.is_ready():
                return
            time.sleep(0.2)
        self.stop()
        msg = f"the private RabbitMQ node did not start; its log {self.log} says why"
        raise CannotRun(msg)

    def stop(self) -> None:
        """Shut the node down in good order, then its port mapper."""
        processes.stop(self.pid, mark=str(self.folder), seconds=30.0)
        self._stop_companions()

    def kill(self) -> None:
        """End the node as a power cut would; the next start has everything it had confirmed."""
        processes.stop(self.pid, mark=str(self.folder), with_signal=signal.SIGKILL)
        self._stop_companions()

    def restart(self) -> None:
        """Stop and start on the same ports."""
        self.stop()
        self.start()

    def alarm(self, *, raised: bool) -> None:
        """Raise or clear the memory alarm, which blocks every connection that publishes."""
        self.control("set_vm_memory_high_watermark", "0.00000001" if raised else "0.6")

    def flush(self) -> None:
        """Put the names of new queues on the disk.

        RabbitMQ 3.10 writes them seconds late: a queue made just before a kill comes back without a leader, for ever.
        """
        self.control("eval", FLUSH)

    def control(self, *words: str) -> str:
        """Run `rabbitmqctl` against this node; about a second each time."""
        done = subprocess.run(
            [str(ensure_programs(nothing) / "rabbitmqctl"), "--quiet", "--node", NODE, *words],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            msg = f"rabbitmqctl {words[0]} failed: {(done.stderr or done.stdout).strip()}"
            raise CannotRun(msg)
        return done.stdout

    def _prepare(self) -> None:
        ports = remembered(self.folder / "ports.json", ["amqp", "management", "distribution", "mapper"])
        for name in ("password", ".erlang.cookie"):
            kept = self.folder / name
            if not kept.exists():
                kept.touch(mode=0o600)
                kept.write_text(secrets.token_urlsafe(24))
                kept.chmod(0o400)
        configuration = self.folder / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            CONFIGURATION.format(loopback=LOOPBACK, user=ADMINISTRATOR, password=self.password, **ports)
        )
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")

    def _environment(self) -> dict[str, str]:
        ports = self.ports
        loopback = "{" + LOOPBACK.replace(".", ",") + "}"
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(ports["mapper"]),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_DIST_PORT": str(ports["distribution"]),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
            "RABBITMQ_PID_FILE": str(self.folder / "node.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"-kernel inet_dist_use_interface {loopback} +sbwt none +sbwtdcpu none +sbwtdio none"
            ),
        }

    def _start_mapper(self) -> None:
        """Erlang's port mapper, started by us because the node would start one on every address and leave it behind."""
        mapper = shutil.which("epmd")
        if mapper is None:
            msg = "Erlang's epmd is not on this machine: install the package erlang-base"
            raise CannotRun(msg)
        command = [mapper, "-port", str(self.ports["mapper"]), "-address", LOOPBACK]
        pid = processes.start(command, log=self.log, environment=self._environment())
        (self.folder / "mapper.pid").write_text(str(pid))

    def _stop_companions(self) -> None:
        """The script around the node ends by itself once it has seen the node end; the port mapper must be told."""
        script = processes.running(self._pid("script.pid", mark="rabbitmq-server"), mark="rabbitmq-server")
        if script is not None and not processes.gone(script, seconds=5.0):
            script.kill()
            processes.gone(script, seconds=5.0)
        processes.stop(self._pid("mapper.pid", mark="epmd"), mark="epmd", with_signal=signal.SIGKILL)

    def _pid(self, name: str, *, mark: str) -> int | None:
        note = self.folder / name
        text = note.read_text().strip() if note.exists() else ""
        pid = int(text) if text.isdigit() else None
        return pid if processes.running(pid, mark=mark) else None
