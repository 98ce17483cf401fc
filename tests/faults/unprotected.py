"""Switches the kernel's protections off in this process, one by one, to see that the checker notices."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from shared.db import Connection
from shared.messaging.envelope import SHARDS, Envelope
from shared.messaging.group import Group
from shared.messaging.inbox import Inbox, Outcome
from shared.messaging.outbox_rows import Row
from shared.messaging.relay import Relay
from shared.messaging.shards import ShardShare


def no_inbox() -> None:
    """Whatever comes is taken for new."""

    async def take_in(_: Inbox, __: Connection, envelopes: Sequence[Envelope]) -> set[Any]:
        return {envelope.event_id for envelope in envelopes}

    Inbox._take_in = take_in  # type: ignore[method-assign, assignment]


def acknowledge_first() -> None:
    """A batch is acknowledged before it is handled."""
    work = Group.work

    async def careless_work(group: Group, channel: Any) -> None:
        handle = group.handle

        async def acknowledge_and_handle(batch: Any, patient: bool) -> Outcome:  # noqa: FBT001 - the shape of a Handle
            await channel.acknowledge(batch[-1].tag)
            return await handle(batch, patient)

        group.handle = acknowledge_and_handle
        await work(group, _AcknowledgedAlready())

    Group.work = careless_work  # type: ignore[method-assign, assignment]


class _AcknowledgedAlready:
    async def acknowledge(self, tag: int) -> None:
        """Nothing is left to say."""

    async def refuse(self, tag: int) -> None:
        """Nothing is left to say."""


def no_confirms() -> None:
    """Rows leave the outbox before the broker has said that it took them over."""
    next_rows = Relay._next_rows

    async def take_rows(relay: Relay, db: Connection, shards: Collection[int]) -> list[Row]:
        rows = await next_rows(relay, db, shards)
        await db.execute("DELETE FROM outbox WHERE position = ANY($1::bigint[])", [row.position for row in rows])
        return rows

    Relay._next_rows = take_rows  # type: ignore[method-assign, assignment]


def watermark() -> None:
    """The relay believes that below the last position which it saw there is nothing more to come."""
    next_rows = Relay._next_rows
    seen = {"position": 0}

    async def rows_above(relay: Relay, db: Connection, shards: Collection[int]) -> list[Row]:
        rows = [row for row in await next_rows(relay, db, shards) if row.position > seen["position"]]
        seen["position"] = max([row.position for row in rows], default=seen["position"])
        return rows

    Relay._next_rows = rows_above  # type: ignore[method-assign, assignment]


def no_shard_lock() -> None:
    """Every process sends everything."""

    async def take_all(share: ShardShare) -> None:
        share.owned.update(range(SHARDS))

    ShardShare.balance = take_all  # type: ignore[method-assign, assignment]


PROTECTIONS: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (no_inbox, acknowledge_first, no_confirms, watermark, no_shard_lock)
}


def switch_off(protections: Iterable[str]) -> None:
    """Take these protections away from the process that this is."""
    for name in protections:
        PROTECTIONS[name]()
