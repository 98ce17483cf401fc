"""The four stage processes of one contestant, on fresh databases and queues."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import aio_pika
import psutil

from deploy.bench.contestant import Contestant
from deploy.bench.place import Place
from deploy.bench.plain import queue_before
from deploy.bench.servers import Servers
from deploy.stopso import processes
from deploy.stopso.places import ROOT
from shared.kernel.ids import SERVICES

START_SECONDS = 180.0
MARK = "deploy.bench"


class StageEnded(Exception):
    """A stage's process is gone although it should work; the message is the end of its log."""


@dataclass(slots=True)
class Chain:
    """One contestant's chain: laid out at once, its stages started one by one."""

    contestant: Contestant
    servers: Servers
    vhost: str
    database_urls: list[str]
    pids: dict[int, int] = field(default_factory=dict)

    def start(self, stage: int) -> None:
        """Start a stage's process; it may take a while until it hears."""
        program = self.contestant.program(stage, self.place(stage))
        command = [sys.executable, "-m", program.module, *program.arguments]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), **program.environment}
        self.pids[stage] = processes.start(command, log=self.log(stage), environment=environment)

    def place(self, stage: int) -> Place:
        """Where a stage stands."""
        return Place(self.database_urls[stage], self.broker_url(stage), queue_before(stage), queue_before(stage + 1))

    def broker_url(self, stage: int) -> str:
        """The address under which a stage reaches the broker."""
        if self.contestant.own_users:
            return self.servers.broker.url(SERVICES[stage], self.servers.passwords[SERVICES[stage]], self.vhost)
        return self.administrator_url

    @property
    def administrator_url(self) -> str:
        """The address under which the benchmark itself reaches the broker."""
        broker = self.servers.broker
        return broker.url(broker.administration.user, broker.password, self.vhost)

    def log(self, stage: int) -> Path:
        """What a stage has to say."""
        return self.servers.database.folder.parent / f"{self.vhost}-{stage}.log"

    def kill(self, stage: int) -> None:
        """End a stage as a crash would."""
        psutil.Process(self.pids[stage]).kill()
        processes.gone(psutil.Process(self.pids.pop(stage)), seconds=5.0)

    def stop(self) -> None:
        """Ask every stage to end, and see that it does."""
        for pid in self.pids.values():
            if (process := processes.running(pid, mark=MARK)) is not None:
                process.terminate()
        for pid in self.pids.values():
            processes.stop(pid, mark=MARK, seconds=15.0)
        self.pids.clear()

    def check_alive(self) -> None:
        """Raise StageEnded where a process that was started is gone."""
        for stage, pid in self.pids.items():
            if processes.running(pid, mark=MARK) is None:
                tail = self.log(stage).read_text(errors="replace")[-2000:]
                raise StageEnded(f"stage {stage} of {self.contestant.name} ended:\n{tail}")

    async def hears(self, *stages: int) -> None:
        """Wait until these stages consume from all their queues."""
        until = time.monotonic() + START_SECONDS
        async with await aio_pika.connect(self.administrator_url) as connection:
            channel = await connection.channel()
            for queue in (queue for stage in stages for queue in self.contestant.heard(stage)):
                while (await channel.declare_queue(queue, passive=True)).declaration_result.consumer_count == 0:
                    self.check_alive()
                    if time.monotonic() > until:
                        raise StageEnded(f"nobody hears {queue} of {self.contestant.name}")
                    await asyncio.sleep(0.05)


@asynccontextmanager
async def laid_out(contestant: Contestant, servers: Servers) -> AsyncIterator[Chain]:
    """Fresh databases and queues for a contestant; its processes are ended and its queues removed at the end."""
    administration = servers.broker.administration
    vhost = f"{contestant.name}-{uuid4().hex[:8]}"
    administration.add_vhost(vhost)
    chain = Chain(contestant, servers, vhost, [])
    try:
        administration.import_definitions(contestant.topology(vhost, servers.passwords))
        chain.database_urls = servers.fresh_databases(contestant.schema())
        yield chain
    finally:
        await asyncio.to_thread(chain.stop)
        administration.delete_vhost(vhost)
