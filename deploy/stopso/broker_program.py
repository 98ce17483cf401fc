"""Finding RabbitMQ's programs on this machine, or having the system's package manager bring them."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from deploy.stopso.problems import CannotRun

PLACES = (
    "/usr/lib/rabbitmq/bin",
    "/usr/local/lib/rabbitmq/bin",
    "/opt/rabbitmq/sbin",
    "/opt/homebrew/opt/rabbitmq/sbin",
)
WHAT_TO_INSTALL = (
    "RabbitMQ is not on this machine: install it (on Debian or Ubuntu: apt-get install rabbitmq-server), "
    "or start a Docker engine, and try again."
)


def programs() -> Path | None:
    """The folder that holds RabbitMQ's own scripts; the wrappers in /usr/sbin are passed over, they change the user."""
    told = os.environ.get("STOPSO_RABBITMQ_PROGRAMS")
    for place in [told] if told else PLACES:
        if (Path(place) / "rabbitmq-server").exists():
            return Path(place)
    found = shutil.which("rabbitmq-server")
    return Path(found).resolve().parent if found and not told and not found.startswith("/usr/sbin") else None


def ensure_programs(say: Callable[[str], None]) -> Path:
    """RabbitMQ's programs, installed by apt when they are missing and we may; raises `CannotRun` otherwise."""
    found = programs()
    if found is None and may_install():
        say("Installing rabbitmq-server with apt; this happens once.")
        install("rabbitmq-server")
        found = programs()
    if found is None:
        raise CannotRun(WHAT_TO_INSTALL)
    return found


def may_install() -> bool:
    """Whether we are root on a machine with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> None:
    """Install a Debian package without letting it start a system service of its own."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    policy = Path("/usr/sbin/policy-rc.d")
    ours = not policy.exists()
    if ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
        ):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                last = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
                msg = f"`{' '.join(command)}` failed: {last}"
                raise CannotRun(msg)
    finally:
        if ours:
            policy.unlink(missing_ok=True)
