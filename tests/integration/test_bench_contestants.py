"""A chain of the benchmark does its work with our promises, also when one of its stages is killed in the middle."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from deploy.bench.chain import laid_out
from deploy.bench.checks import problems_of
from deploy.bench.durability import broken_promises
from deploy.bench.lineup import CEILING, OURS
from deploy.bench.measuring import COUNT, Burst, Run, Steady
from deploy.bench.results import results_of
from deploy.bench.servers import Servers, running_servers
from deploy.bench.source import source_of
from deploy.bench.work import STAGES, body_of, plan

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.xdist_group("bench")]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with running_servers(tmp_path_factory.mktemp("bench") / "servers", lambda _: None) as running:
        yield running


async def test_a_burst_has_a_figure_and_a_price(servers: Servers) -> None:
    outcome = await Run(OURS, servers, plan(300, 20, seed=1), lambda _: None).burst()

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
    outcome = await Run(CEILING, servers, plan(100, 10, seed=4), lambda _: None).steady(50.0)

    assert isinstance(outcome, Steady), outcome
    assert 0 < outcome.p50 <= outcome.p99


def test_every_event_is_of_the_same_size() -> None:
    assert {len(body_of(event.subject, event.number, event.event_id)) for event in plan(300, 2, seed=5)} == {400}


async def passed(servers: Servers, *, stage: int, count: int) -> None:
    """Wait until a stage has taken in so many events and told what follows."""
    db = await asyncpg.connect(servers.administrator_dsn(stage))
    try:
        async with asyncio.timeout(60):
            while True:
                done, empty = (await db.fetch(COUNT))[0]
                if done >= count and (empty or stage < STAGES - 1):
                    return
                await asyncio.sleep(0.05)
    finally:
        await db.close()
