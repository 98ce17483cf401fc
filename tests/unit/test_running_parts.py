"""The small parts of the operators' command."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from deploy.stopso import broker_program, doctor, processes
from deploy.stopso.broker_program import WHAT_TO_INSTALL, ensure_programs
from deploy.stopso.migrations import files_in, fingerprint, folders_for
from deploy.stopso.places import SERVICES
from deploy.stopso.ports import first_free_run, free_ports, is_free, noted, remembered
from deploy.stopso.problems import CannotRun
from deploy.stopso.roles import dsn
from deploy.stopso.secret_store import SecretStore, ensure_secrets
from deploy.stopso.status import Standing
from deploy.stopso.supervisor import LONGEST_PAUSE, Attempts


def test_ports_stay_the_same_from_start_to_start_unless_somebody_takes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = remembered(tmp_path / "ports.json", ["amqp", "management"])

    assert remembered(tmp_path / "ports.json", ["amqp", "management"]) == first
    monkeypatch.setattr("deploy.stopso.ports.is_free", lambda port: port != first["amqp"])
    moved = remembered(tmp_path / "ports.json", ["amqp", "management"])
    assert moved["amqp"] != first["amqp"]
    assert moved["management"] == first["management"]
    assert noted(tmp_path / "ports.json") == moved


def test_a_run_of_ports_passes_over_one_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.stopso.ports.is_free", lambda port: port != 8403)

    assert first_free_run(8400, 5) == 8410


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(8)

    assert len(set(ports)) == 8
    assert all(is_free(port) for port in ports)


def test_several_threads_may_ask_for_ports_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        ports = [port for found in threads.map(free_ports, [3] * 40) for port in found]

    assert len(set(ports)) == len(ports)


def test_secrets_are_made_once_kept_private_and_never_shown(tmp_path: Path) -> None:
    made = ensure_secrets(tmp_path / "secrets.json")

    assert ensure_secrets(tmp_path / "secrets.json") == made
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert made.broker["intake"] not in repr(made)
    assert made.keys["intake"]["STOPSO_FIELD_KEY"] not in repr(made)


def test_every_copy_and_every_service_has_secrets_of_its_own() -> None:
    one, other = SecretStore.generate(), SecretStore.generate()
    passwords = [
        password
        for store in (one, other)
        for service in SERVICES
        for password in (store.broker[service], store.roles[service].owner, store.roles[service].application)
    ]

    assert len(set(passwords)) == len(passwords)


def test_a_dsn_keeps_odd_characters_of_a_password_in_their_place() -> None:
    made = dsn("postgresql://postgres:x@127.0.0.1:5433/postgres", role="intake", password="a/b:c@d", database="intake")

    assert made == "postgresql://intake:a%2Fb%3Ac%40d@127.0.0.1:5433/intake"


def test_a_process_is_recognised_by_its_mark_and_reaped_when_it_has_ended(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)", "the-mark"]
    pid = processes.start(command, log=tmp_path / "log", environment=dict(os.environ))

    while processes.running(pid, mark="the-mark") is None:
        assert processes.alive(pid)
    assert processes.running(pid, mark="another-mark") is None
    assert os.getsid(pid) == pid

    processes.stop(pid, mark="the-mark")
    assert not processes.alive(pid)
    assert not psutil.pid_exists(pid)


def test_a_process_that_will_not_end_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = f"import signal, time, pathlib; signal.signal(15, lambda *_: None); pathlib.Path({str(ready)!r}).touch()\n"
    command = [sys.executable, "-c", code + "while True: time.sleep(1)", "the-mark"]
    pid = processes.start(command, log=tmp_path / "log", environment=dict(os.environ))
    while not ready.exists():
        assert processes.alive(pid)

    processes.stop(pid, mark="the-mark", seconds=0.2)

    assert not processes.alive(pid)


def test_a_process_has_not_ended_while_a_thread_of_it_keeps_its_port() -> None:
    words = """
import ctypes, socket, threading, time
server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=time.sleep, args=(600,)).start()
print(server.getsockname()[1], flush=True)
ctypes.CDLL(None).pthread_exit(None)
"""
    with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        port, process = int(started.stdout.readline()), psutil.Process(started.pid)
        try:
            while process.status() != psutil.STATUS_ZOMBIE:
                pass

            assert not processes.ended(process)
            assert not processes.gone(process, seconds=0.1)
        finally:
            started.kill()
        assert processes.gone(process, seconds=60)
        assert is_free(port)


@pytest.mark.parametrize("asked", ["gone", "running"])
def test_an_ended_child_is_reaped_also_when_it_ends_in_the_middle_of_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)", "the-mark"]
    process = psutil.Process(processes.start(command, log=tmp_path / "log", environment=dict(os.environ)))
    process.kill()
    while not processes.ended(process):
        pass
    answers = iter([(0, 0)]) if asked == "gone" else iter(())
    really = os.waitpid
    monkeypatch.setattr(os, "waitpid", lambda pid, options: next(answers, None) or really(pid, options))

    if asked == "gone":
        assert processes.gone(process, seconds=60)
    else:
        assert processes.running(process.pid, mark="the-mark") is None

    assert not psutil.pid_exists(process.pid)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="no-such-program is not on this machine"):
        processes.start(["no-such-program"], log=tmp_path / "log", environment=dict(os.environ))


def test_a_machine_without_rabbitmq_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOPSO_RABBITMQ_PROGRAMS", str(tmp_path))
    monkeypatch.setattr(broker_program, "may_install", lambda: False)

    with pytest.raises(CannotRun, match="apt-get install rabbitmq-server"):
        ensure_programs(lambda _: None)


def test_a_machine_that_may_install_does_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setenv("STOPSO_RABBITMQ_PROGRAMS", str(tmp_path))
    monkeypatch.setattr(broker_program, "may_install", lambda: True)
    monkeypatch.setattr(broker_program, "install", lambda package: (tmp_path / package).touch())

    assert ensure_programs(said.append) == tmp_path
    assert said == ["Installing rabbitmq-server with apt; this happens once."]


def test_restarts_come_further_and_further_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.stopso.supervisor.time.monotonic", lambda: 1000.0)
    pauses = [Attempts(count=count, started=990.0).pause() for count in range(12)]

    assert pauses[0] == 0
    assert pauses[1:4] == [1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE
    assert Attempts(count=9, started=1000.0 - 61).pause() == 0


def test_equal_numbers_in_different_folders_are_different_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / room / "migrations" for room in ("messaging", "intake")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "0001_first.sql").write_text("SELECT 1;")
        (folder / "notes.sql").write_text("not a migration")

    assert [path.parents[1].name for path in files_in([*folders, tmp_path / "missing"])] == ["messaging", "intake"]
    monkeypatch.setattr("deploy.stopso.migrations.folders_for", lambda _service: folders)
    before = fingerprint("intake")
    (folders[1] / "0001_first.sql").write_text("SELECT 2;")
    assert fingerprint("intake") != before


def test_the_kernels_migrations_come_before_a_services_own() -> None:
    assert [folder.parent.name for folder in folders_for("funding")] == ["messaging", "web", "funding"]


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (Standing("intake", ready=False, address="x"), "intake is not ready"),
        (
            Standing("intake", ready=True, address="x", outbox_rows=7, outbox_age_seconds=61),
            "7 events to send for 61 s",
        ),
        (Standing("intake", ready=True, address="x", queue_depth=1001), "1001 events wait for intake"),
        (Standing("intake", ready=True, address="x", dead_letters=2), "stopso dead-letters list intake"),
        (Standing("matching", ready=True, address="x", forgotten=1), "1 referrals or matches that nothing will look"),
    ],
)
def test_the_doctor_has_a_sentence_for_each_trouble(
    standing: Standing, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "standings", lambda: [standing])
    monkeypatch.setattr(doctor, "_machine", lambda: iter(()))
    monkeypatch.setattr(doctor, "_copy", lambda: iter(()))

    (said,) = doctor.problems()

    assert sentence in said


def test_the_doctor_names_a_machine_without_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "programs", lambda: None)
    monkeypatch.setattr(doctor, "may_install", lambda: False)
    monkeypatch.setattr(doctor, "engine_answers", lambda: False)

    assert WHAT_TO_INSTALL in doctor.problems()
