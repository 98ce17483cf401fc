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
from tests.integration.bench_saboteur import FAULT

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.xdist_group("bench")]
PLANNED = plan(200, 10, seed=3)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("bench") / "servers", lambda _: None) as running:
        yield running


def with_fault(fault: str, stage: int) -> Contestant:
    """The ceiling, with one stage that does its work wrongly."""

    def program(at: int, place: Place) -> Program:
        proper = CEILING.program(at, place)
        if at != stage:
            return proper
        return replace(
            proper, arguments=("tests.integration.bench_saboteur",), environment={**proper.environment, FAULT: fault}
        )

    return replace(CEILING, name="saboteur", program=program)


async def burst(contestant: Contestant, servers: Servers) -> Burst | Failed:
    return await Run(contestant, servers, PLANNED, lambda _: None, patience=3.0).burst()


@pytest.mark.parametrize(
    ("fault", "stage", "complaint"),
    [
        ("acknowledge-without-handling", 1, "effects were lost"),
        ("have-the-effect-twice", 3, "effects happened twice"),
        ("mix-the-order", 2, "handled out of order"),
        ("store-nothing-to-tell", 3, "events are missing"),
    ],
)
async def test_a_chain_that_does_its_work_wrongly_has_no_figure(
    servers: Servers, fault: str, stage: int, complaint: str
) -> None:
    outcome = await burst(with_fault(fault, stage), servers)

    assert isinstance(outcome, Failed)
    assert [problem for problem in outcome.problems if complaint in problem]


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
