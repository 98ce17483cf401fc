"""A chain of the benchmark keeps our promises, also with a stage killed; one that does not is given no figure."""

import asyncio
import fcntl
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest

from deploy.bench.chain import StageEnded, laid_out
from deploy.bench.checks import problems_of
from deploy.bench.contestant import Contestant, Program
from deploy.bench.durability import broken_promises
from deploy.bench.lineup import CEILING, OURS
from deploy.bench.measuring import COUNT, Burst, Failed, Run, Steady
from deploy.bench.place import Place
from deploy.bench.results import results_of
from deploy.bench.servers import Servers, running_servers
from deploy.bench.source import source_of
from deploy.bench.work import STAGES, Planned, body_of, plan
from deploy.stopso.problems import CannotRun
from shared.kernel.ids import ServiceName

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.xdist_group("bench")]
PATIENCE = 120.0
"""Seconds without progress: chains that come to their end, right or wrong, need a moment of it."""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("bench") / "servers", lambda _: None) as running:
        yield running


def a_run(contestant: Contestant, servers: Servers, planned: list[Planned]) -> Run:
    return Run(contestant, servers, planned, lambda _: None, patience=PATIENCE)


async def test_a_burst_has_a_figure_and_a_price(servers: Servers) -> None:
    outcome = await a_run(OURS, servers, plan(300, 20, seed=1)).burst()

    assert isinstance(outcome, Burst), outcome
    assert outcome.spent.clients > 0
    assert outcome.memory > 0


async def test_nothing_is_lost_or_doubled_when_a_stage_is_killed(servers: Servers) -> None:
    planned = plan(400, 20, seed=2)
    async with laid_out(OURS, servers) as chain:
        for stage in range(STAGES):
            chain.start(stage)
        await chain.hears(*range(STAGES))
        async with source_of(OURS, chain.broker_url(STAGES - 1)) as source:
            sending = asyncio.create_task(source.send_steadily(planned, 100.0))
            await passed(servers, stage=1, count=50)
            chain.kill(1)
            chain.start(1)
            await sending
        await passed(servers, stage=STAGES - 1, count=len(planned))

        assert await broken_promises(chain) == []
        assert problems_of(planned, await results_of(chain)) == []


async def test_at_a_fixed_rate_the_wait_of_every_event_is_known(servers: Servers) -> None:
    outcome = await a_run(CEILING, servers, plan(100, 10, seed=4)).steady(50.0)

    assert isinstance(outcome, Steady), outcome
    assert 0 < outcome.p50 <= outcome.p99


def test_every_event_is_of_the_same_size() -> None:
    assert {len(body_of(event.subject, event.number, event.event_id)) for event in plan(300, 2, seed=5)} == {400}


async def test_a_chain_that_does_its_work_wrongly_has_no_figure(servers: Servers) -> None:
    outcome = await a_run(with_a_saboteur(2), servers, plan(200, 10, seed=3)).burst()

    assert isinstance(outcome, Failed)
    assert [problem for problem in outcome.problems if "handled out of order" in problem]


async def test_a_chain_with_a_classic_queue_has_no_figure(servers: Servers) -> None:
    def topology(vhost: str, passwords: Mapping[ServiceName, str]) -> dict[str, Any]:
        wanted = CEILING.topology(vhost, passwords)
        wanted["queues"][2]["arguments"] = {"x-queue-type": "classic"}
        return wanted

    outcome = await a_run(replace(CEILING, name="classic", topology=topology), servers, plan(200, 10, seed=3)).burst()

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


def with_a_saboteur(stage: int) -> Contestant:
    """The ceiling, with one stage that mixes the order."""

    def program(at: int, place: Place) -> Program:
        proper = CEILING.program(at, place)
        return replace(proper, arguments=("tests.integration.bench_saboteur",)) if at == stage else proper

    return replace(CEILING, name="saboteur", program=program)


async def passed(servers: Servers, *, stage: int, count: int) -> None:
    """Wait until a stage has taken in so many events and told what follows."""
    db = await asyncpg.connect(servers.administrator_dsn(stage))
    try:
        async with asyncio.timeout(300):
            while True:
                done, empty = (await db.fetch(COUNT))[0]
                if done >= count and (empty or stage < STAGES - 1):
                    return
                await asyncio.sleep(0.05)
    finally:
        await db.close()
