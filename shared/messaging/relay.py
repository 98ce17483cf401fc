"""Carries events from the outbox to the broker: in order, confirmed, and deleted only then."""

import asyncio
import random
import time
from collections.abc import Collection
from dataclasses import dataclass, field

import structlog

from shared.db import Connection, Database
from shared.kernel.ids import ServiceName
from shared.messaging.broker import Lost, publishing_channel
from shared.messaging.failpoints import reach
from shared.messaging.figures import PUBLISHED
from shared.messaging.outbox_rows import Row
from shared.messaging.publishing import Answers, Publisher
from shared.messaging.shards import ShardShare
from shared.messaging.wire import Wire

log = structlog.get_logger("stopso.messaging")

NOTICE = "stopso_outbox"
POLL_SECONDS = 1.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
MOST_HELD_BACK = 5_000
FRESH_CHANNEL_AFTER = 4
"""A channel remembers that a queue was full, and may not hear that it no longer is."""
LAST_SECONDS = 5.0


@dataclass(slots=True)
class HeldBack:
    """A key whose first row the broker would not take: nothing of it is sent before `until`."""

    reason: str
    attempts: int
    until: float


@dataclass(slots=True)
class Relay:
    """One service's way out. `run` works until something breaks; start it again, and nothing is lost."""

    service: ServiceName
    database: Database
    broker_url: str
    told: asyncio.Event
    batch: int = 250
    window: int = 256
    held_back: dict[str, HeldBack] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    connected: bool = False
    owned: frozenset[int] = frozenset()
    _careful: bool = False
    _stuck: bool = False
    _noticed: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Send until `stop`; raises what broke. Shards are held only while the broker can be reached."""
        async with (
            publishing_channel(self.broker_url, f"{self.service} sends") as channel,
            self.database.session() as db,
        ):
            await db.add_listener(NOTICE, lambda *_: self._noticed.set())
            share = ShardShare(db)
            publisher = Publisher(Wire(channel, self.service), self.window)
            await share.join()
            self.connected = True
            try:
                await self._send_until_stopped(db, share, publisher)
            finally:
                self.connected, self.owned = False, frozenset()

    @property
    def shards(self) -> int:
        """How many shards are this process's to send."""
        return len(self.owned)

    def stop(self) -> None:
        """Send what is there, for a few seconds at most, and end."""
        self.stopping.set()
        self.told.set()

    async def _send_until_stopped(self, db: Connection, share: ShardShare, publisher: Publisher) -> None:
        balanced_at = 0.0
        stopped_at: float | None = None
        while stopped_at is None or time.monotonic() < stopped_at + LAST_SECONDS:
            if time.monotonic() >= balanced_at + POLL_SECONDS:
                await share.balance()
                self.owned = frozenset(share.owned)
                balanced_at = time.monotonic()
            told_here = self.told.is_set()
            self.told.clear()
            self._noticed.clear()
            if told_here and not share.owns_all:
                await db.execute("SELECT pg_notify($1, '')", NOTICE)
            sent = await self._send_some(db, share.owned, publisher)
            if self.stopping.is_set():
                if not sent:
                    return
                stopped_at = stopped_at or time.monotonic()
            elif not sent:
                await self._rest()

    async def _rest(self) -> None:
        """Wait until something was told, here or by another process, or a key that is held back may be tried again."""
        now = time.monotonic()
        soonest = min((held.until for held in self.held_back.values()), default=now + POLL_SECONDS)
        waits = [asyncio.ensure_future(event.wait()) for event in (self.told, self._noticed)]
        try:
            await asyncio.wait(
                waits, timeout=min(POLL_SECONDS, max(0.02, soonest - now)), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()

    async def _send_some(self, db: Connection, shards: Collection[int], publisher: Publisher) -> int:
        rows = await self._next_rows(db, shards)
        if len(rows) < self.batch:
            self._forget_settled({row.key for row in rows})
        if not rows:
            return 0
        await reach("relay-selected")
        answers = await publisher.publish(rows, one_at_a_time=self._careful)
        await reach("confirmed-not-deleted")
        if answers.confirmed:
            await db.execute("DELETE FROM outbox WHERE position = ANY($1::bigint[])", answers.confirmed)
            await reach("delete-unknown")
        self._note(answers, rows)
        self._careful = answers.lost is not None
        if answers.lost:
            raise answers.lost
        if self._stuck:
            self._stuck = False
            raise Lost("a queue goes on refusing: a new channel may find it open again")
        return len(answers.confirmed)

    async def _next_rows(self, db: Connection, shards: Collection[int]) -> list[Row]:
        now = time.monotonic()
        held = [key for key, held in self.held_back.items() if held.until > now]
        if not shards or len(held) >= MOST_HELD_BACK:
            return []
        rows = await db.fetch(
            """
            SELECT position, shard, event_id, type, key, sequence, trace, created_at, body
              FROM outbox
             WHERE shard = ANY($1::smallint[]) AND key <> ALL($2::text[])
             ORDER BY position
             LIMIT $3
            """,
            list(shards),
            held,
            self.batch,
        )
        return [Row(*row) for row in rows]

    def _forget_settled(self, present: Collection[str]) -> None:
        """Let go of keys that may be tried again but have no row any more: another process sent them."""
        now = time.monotonic()
        for key in [key for key, held in self.held_back.items() if held.until <= now and key not in present]:
            del self.held_back[key]

    def _note(self, answers: Answers, rows: list[Row]) -> None:
        if answers.confirmed:
            PUBLISHED.labels(self.service, "confirmed").inc(len(answers.confirmed))
        confirmed = set(answers.confirmed)
        for row in rows:
            if row.position in confirmed:
                self.held_back.pop(row.key, None)
        for key, reason in answers.refused.items():
            PUBLISHED.labels(self.service, reason).inc()
            attempts = self.held_back[key].attempts + 1 if key in self.held_back else 1
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
            self.held_back[key] = HeldBack(reason, attempts, time.monotonic() + wait)
            log.error("event.not-sent", key=key, reason=reason, attempts=attempts)
            self._stuck = self._stuck or (reason == "not-accepted" and attempts % FRESH_CHANNEL_AFTER == 0)
