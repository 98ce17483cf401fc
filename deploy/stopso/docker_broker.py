"""RabbitMQ as a container of its own, for a machine that has a Docker engine but no RabbitMQ."""

import json
import secrets
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from deploy.stopso.broker import ADMINISTRATOR, FLUSH, nothing
from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.places import LOOPBACK
from deploy.stopso.ports import noted, remembered
from deploy.stopso.problems import CannotRun

IMAGE = "rabbitmq:4-management"


def engine_answers() -> bool:
    """Whether there is a Docker engine that we may use."""
    return shutil.which("docker") is not None and _docker("version", check=False).returncode == 0


@dataclass(frozen=True, slots=True)
class DockerBroker:
    """One container, named after the folder that notes its ports and password; its data is in a volume of that name."""

    folder: Path

    @property
    def name(self) -> str:
        """The container's and the volume's name, different in every clone."""
        return f"stopso-broker-{sha256(str(self.folder).encode()).hexdigest()[:10]}"

    @property
    def administration(self) -> BrokerAdministration:
        """The container's management interface."""
        port = noted(self.folder / "ports.json")["management"]
        return BrokerAdministration(f"http://{LOOPBACK}:{port}", ADMINISTRATOR, (self.folder / "password").read_text())

    @property
    def pid(self) -> int | None:
        """The process id of the container while it runs, as the engine sees it."""
        found = _docker("container", "inspect", self.name, check=False)
        state = json.loads(found.stdout)[0]["State"] if found.returncode == 0 else {}
        return int(state["Pid"]) if state.get("Running") else None

    def url(self, user: str, password: str, vhost: str) -> str:
        """The AMQP address of a virtual host for one user."""
        place = f"{LOOPBACK}:{noted(self.folder / 'ports.json')['amqp']}"
        return f"amqp://{quote(user)}:{quote(password, safe='')}@{place}/{quote(vhost, safe='')}"

    def start(self, *, say: Callable[[str], None] = nothing) -> None:
        """Start a new container on the old volume, and wait until it takes connections."""
        self.stop()
        self.folder.mkdir(parents=True, exist_ok=True)
        ports = remembered(self.folder / "ports.json", ["amqp", "management"])
        password = self.folder / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(24))
        say(f"RabbitMQ runs in a container, from the image {IMAGE}.")
        _docker(
            *("run", "--detach", "--rm", "--name", self.name, "--hostname", "stopso"),
            *("--volume", f"{self.name}:/var/lib/rabbitmq"),
            *("--publish", f"{LOOPBACK}:{ports['amqp']}:5672"),
            *("--publish", f"{LOOPBACK}:{ports['management']}:15672"),
            *(
                "--env",
                f"RABBITMQ_DEFAULT_USER={ADMINISTRATOR}",
                "--env",
                f"RABBITMQ_DEFAULT_PASS={password.read_text()}",
            ),
            IMAGE,
        )
        if not self.administration.wait_until_ready(seconds=90):
            msg = f"the RabbitMQ container did not start; `docker logs {self.name}` says why"
            raise CannotRun(msg)

    def stop(self) -> None:
        """Shut it down in good order."""
        if self.pid is not None:
            _docker("stop", "--time", "30", self.name)

    def flush(self) -> None:
        """Put the names of new queues on the disk."""
        _docker("exec", self.name, "rabbitmqctl", "eval", FLUSH)


def _docker(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    if check and done.returncode != 0:
        msg = f"`docker {words[0]}` failed: {done.stderr.strip()}"
        raise CannotRun(msg)
    return done
