"""Looks, while the chain runs, whether the servers and every connection really promise what the rules demand."""

import asyncio

import psycopg

from deploy.bench.chain import Chain
from deploy.bench.work import STAGES

FSYNCING = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


async def broken_promises(chain: Chain) -> list[str]:
    """Everything that would let acknowledged work be lost; to be asked when every stage works."""
    return await asyncio.to_thread(lambda: [*_of_the_database(chain), *_of_the_broker(chain)])


def _of_the_database(chain: Chain) -> list[str]:
    found = []
    for stage in range(STAGES):
        with psycopg.connect(chain.database_urls[stage]) as connection:
            settings: dict[str, str] = dict(
                connection.execute(
                    "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(FSYNCING)]
                ).fetchall()
            )
            found += [
                f"stage {stage}: {name} is {settings[name]}" for name in FSYNCING if settings[name] != FSYNCING[name]
            ]
            unlogged = connection.execute("SELECT relname FROM pg_class WHERE relpersistence = 'u'").fetchall()
            found += [f"stage {stage}: the table {name} is unlogged" for (name,) in unlogged]
    return found


def _of_the_broker(chain: Chain) -> list[str]:
    control = chain.servers.broker.control
    found = []
    queues = _rows(control("list_queues", "--vhost", chain.vhost, "name", "type", "durable"))
    found += [
        f"the queue {name} is {kind}, durable: {durable}"
        for name, kind, durable in queues
        if (kind, durable) != ("quorum", "true")
    ]
    consumers = _rows(control("list_consumers", "--vhost", chain.vhost, "queue_name", "ack_required"))
    found += [f"the consumer of {queue} does not acknowledge" for queue, required in consumers if required != "true"]
    if len({queue for queue, _ in consumers}) < STAGES:
        found.append("not every stage consumes")
    channels = _rows(control("list_channels", "--vhost", chain.vhost, "confirm", "consumer_count"))
    confirming = [row for row in channels if row[0] == "true"]
    if len(confirming) < STAGES:
        found.append(f"only {len(confirming)} channels wait for confirms")
    found += ["a channel that publishes does not wait for confirms"] * _publishing_blindly(channels)
    return found


def _publishing_blindly(channels: list[list[str]]) -> int:
    return sum(1 for confirm, consumers in channels if confirm != "true" and consumers == "0")


def _rows(text: str) -> list[list[str]]:
    lines = [line.split("\t") for line in text.splitlines() if line.strip()]
    return lines[1:]
