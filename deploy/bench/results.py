"""What a chain leaves behind: its rows, when they were committed, and what came out at its end."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import aio_pika
import psycopg

from deploy.bench.chain import Chain
from deploy.bench.plain import queue_before
from deploy.bench.source import collect
from deploy.bench.work import STAGES, Tally


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message at the chain's end."""

    event_id: str
    subject: str
    number: int
    cause: UUID
    persistent: bool


@dataclass(frozen=True, slots=True)
class StageResult:
    """What one stage's database holds."""

    tallies: dict[str, Tally]
    taken_in: dict[UUID, datetime]
    """Every event in the inbox and the moment its transaction was committed, by the server's clock."""
    left_over: int
    """Events in the outbox that nobody carried away."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that can be known about a run afterwards."""

    stages: list[StageResult]
    arrived: list[Arrived]

    def first_commits(self) -> dict[UUID, datetime]:
        """When the first stage committed each event that the source sent."""
        return self.stages[0].taken_in

    def last_commits(self) -> dict[tuple[str, int], datetime]:
        """When the last stage committed each event, by subject and number."""
        taken_in = self.stages[-1].taken_in
        return {(one.subject, one.number): taken_in[one.cause] for one in self.arrived if one.cause in taken_in}


async def results_of(chain: Chain) -> Results:
    """Read what every stage holds, and empty the queue at the chain's end."""
    arrived: list[Arrived] = []

    def read(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        step = chain.contestant.unwrap(message.body)
        persistent = message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
        arrived.append(Arrived(message.message_id or "", step.subject, step.number, step.cause, persistent))

    await collect(chain.administrator_url, queue_before(STAGES), read)
    return Results([_stage_result(chain, stage) for stage in range(STAGES)], arrived)


def _stage_result(chain: Chain, stage: int) -> StageResult:
    with psycopg.connect(chain.servers.administrator_dsn(stage)) as connection:
        tallies = connection.execute("SELECT subject, count, last, checksum FROM tally").fetchall()
        taken_in = connection.execute("SELECT event_id, pg_xact_commit_timestamp(xmin) FROM inbox").fetchall()
        left = connection.execute("SELECT count(*) FROM outbox").fetchone()
    return StageResult({name: Tally(*rest) for name, *rest in tallies}, dict(taken_in), left[0] if left else 0)
