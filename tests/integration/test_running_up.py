"""`stopso up` as people use it: a process of its own, with all it starts, in an empty folder."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.stopso.broker import PrivateBroker
from deploy.stopso.places import ROOT, SERVICES, VHOST
from deploy.stopso.up import until_told
from shared.messaging.topology import EVENTS
from tests.servers import use_containers

pytestmark = [
    pytest.mark.servers,
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(use_containers(), reason="this machine is set to test with containers; `up` is tried without"),
]
LONGEST = 400.0
"""Seconds that anything may take; only a fault, or a machine that stands still, waits so long."""


@dataclass
class Copy:
    """One copy of the platform, driven through its command."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `stopso` with these words and give back what it says."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.stopso", *words],
            env=self._environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def up(self) -> float:
        """Start it, wait until it says that everything runs, and say how many seconds that took."""
        began = time.monotonic()
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.stopso", "up"],
                env=self._environment(),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while not self.state().get("complete"):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < began + LONGEST, self.said()
            time.sleep(0.1)
        return time.monotonic() - began

    def tell(self, number: int, *, seconds: float = LONGEST) -> int:
        """Send `up` a signal, wait until it has ended, and give its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def state(self) -> dict[str, Any]:
        """What the copy has noted about itself."""
        try:
            return dict(json.loads((self.folder / "state.json").read_text()))
        except FileNotFoundError:
            return {}

    def status(self) -> dict[str, Any]:
        """What `stopso status --json` says."""
        return dict(json.loads(self.command("status", "--json").stdout))

    def eventually(self, check: Callable[[], Any]) -> Any:
        """The first truthy answer of `check`; fails with what `up` has printed when none comes."""
        until = time.monotonic() + LONGEST
        while not (found := check()):
            assert time.monotonic() < until, self.said()
            time.sleep(0.2)
        return found

    def doctor_says(self, words: str) -> bool:
        """Whether `stopso doctor` finds this."""
        return words in self.command("doctor").stdout.replace("\n", " ")

    def standing(self) -> dict[str, Any] | None:
        """The status of a copy that is ready, once every part of it could be asked."""
        status = self.status()
        return status if status["ready"] and None not in [each["queue_depth"] for each in status["services"]] else None

    def said(self) -> str:
        """Everything `up` has printed."""
        return (self.folder / "up.log").read_text()

    def left_running(self) -> list[str]:
        """The command lines of processes that belong to this copy's folder."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            words = process.info["cmdline"] or []
            ours = any(str(self.folder) in word for word in [*words, *(process.info["environ"] or {}).values()])
            if ours and process.info["status"] != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                found.append(" ".join(words))
        return found

    def _environment(self) -> dict[str, str]:
        passed = {name: value for name, value in os.environ.items() if not name.startswith(("STOPSO_", "PYTEST_"))}
        return {**passed, "STOPSO_STATE": str(self.folder), "COLUMNS": "120"}


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """A copy in an empty folder; whatever the test does to it, nothing of it is left running."""
    made = Copy(tmp_path / "state")
    made.folder.mkdir()
    yield made
    made.command("down")
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def test_one_command_starts_everything_starts_again_what_is_killed_and_tidies_up(copy: Copy) -> None:
    copy.up()

    status = copy.eventually(copy.standing)
    assert [each["service"] for each in status["services"]] == list(SERVICES)
    for each in status["services"]:
        assert each["outbox_rows"] is not None
        assert each["outbox_age_seconds"] is not None
        assert each["dead_letters"] == 0
        assert each["address"] in copy.said()
    assert stat.S_IMODE((copy.folder / "secrets.json").stat().st_mode) == 0o600
    copy.eventually(lambda: copy.doctor_says("Everything is as it should be."))
    broker = PrivateBroker(copy.folder / "broker").administration
    broker.unbind(VHOST, EVENTS, "matching.in.0", "intake.referral-closed.*.p00")
    copy.eventually(lambda: copy.doctor_says("matching no longer hears intake.referral-closed"))
    second = copy.command("up")
    assert second.returncode == 1
    assert "already runs from this folder" in second.stderr

    assert copy.tell(signal.SIGTERM) == 0
    copy.eventually(lambda: not copy.left_running())
    assert copy.command("status").returncode == 1

    copy.up()
    matching = copy.state()["services"]["matching"]
    psutil.Process(matching).kill()
    copy.eventually(lambda: copy.state()["services"]["matching"] != matching)
    copy.eventually(copy.standing)

    copy.tell(signal.SIGKILL)
    assert len(copy.left_running()) >= len(SERVICES)
    assert copy.doctor_says("was killed and could not tidy up")

    assert "Stopped what a killed run had left." in copy.command("down").stdout
    copy.eventually(lambda: not copy.left_running())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_being_told_to_stop_is_heard_once_however_often_it_is_said(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    with until_told():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(number)

    assert signal.getsignal(number) is before
