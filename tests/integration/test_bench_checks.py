"""The benchmark gives no figure to a chain that loses, doubles or mixes events, or that promises too little."""

import fcntl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.bench.chain import StageEnded, laid_out
from deploy.bench.contestant import Contestant, Program
from deploy.bench.lineup import CEILING
from deploy.bench.measuring import Burst, Failed, Run
from deploy.bench.place import Place
from deploy.bench.servers import Servers, running_servers
from deploy.bench.work import plan
from deploy.stopso.problems import CannotRun
from shared.kernel.ids import ServiceName

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.xdist_group("bench")]
PLANNED = plan(200, 10, seed=3)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("bench") / "servers", lambda _: None) as running:
        yield running


def with_a_saboteur(stage: int) -> Contestant:
    """The ceiling, with one stage that mixes the order."""

    def program(at: int, place: Place) -> Program:
        proper = CEILING.program(at, place)
        return replace(proper, arguments=("tests.integration.bench_saboteur",)) if at == stage else proper

    return replace(CEILING, name="saboteur", program=program)


async def burst(contestant: Contestant, servers: Servers) -> Burst | Failed:
    return await Run(contestant, servers, PLANNED, lambda _: None, patience=3.0).burst()


async def test_a_chain_that_does_its_work_wrongly_has_no_figure(servers: Servers) -> None:
    outcome = await burst(with_a_saboteur(2), servers)

    assert isinstance(outcome, Failed)
    assert [problem for problem in outcome.problems if "handled out of order" in problem]


async def test_a_chain_with_a_classic_queue_has_no_figure(servers: Servers) -> None:
    def topology(vhost: str, passwords: Mapping[ServiceName, str]) -> dict[str, Any]:
        wanted = CEILING.topology(vhost, passwords)
        wanted["queues"][2]["arguments"] = {"x-queue-type": "classic"}
        return wanted

    outcome = await burst(replace(CEILING, name="classic", topology=topology), servers)

    assert outcome == Failed(["the queue stage.2 is classic, durable: true"])


async def test_nobody_works_on_a_database_that_may_forget(servers: Servers) -> None:
    with psycopg.connect(servers.database.administrator_dsn, autocommit=True) as connection:
        connection.execute("ALTER ROLE matching SET synchronous_commit = off")
        try:
            async with laid_out(CEILING, servers) as chain:
                chain.start(1)
                with pytest.raises(StageEnded, match="synchronous_commit"):
                    await chain.hears(1)
        finally:
            connection.execute("ALTER ROLE matching RESET synchronous_commit")


def test_a_second_benchmark_waits_for_nobody(tmp_path: Path) -> None:
    with (tmp_path / "held.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotRun, match="another benchmark"), running_servers(tmp_path / "held", lambda _: None):
            pass
