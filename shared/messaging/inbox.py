"""Handles batches: every event has its effect once, in the order of its key, together with what it causes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from shared.db import Connection, Database, is_transient
from shared.kernel.clock import Clock
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import ServiceName, uuid7
from shared.messaging import parking
from shared.messaging.decoding import Arrived, Decoder
from shared.messaging.envelope import Delivery, Envelope, read_envelope
from shared.messaging.failpoints import reach
from shared.messaging.locks import lock_keys
from shared.messaging.outbox import flush
from shared.messaging.rounds import rounds
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

log = structlog.get_logger("stopso.messaging")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A delivery that is not one of our events, and why."""

    delivery: Delivery
    error: BaseException


@dataclass(slots=True)
class Outcome:
    """What became of a batch, for figures and logs."""

    handled: int = 0
    repeated: int = 0
    parked: int = 0
    told: int = 0
    unreadable: int = 0
    types: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count what became of another part of the same batch."""
        self.handled += other.handled
        self.repeated += other.repeated
        self.parked += other.parked
        self.told += other.told
        self.unreadable += other.unreadable
        self.types += other.types
        self.traces += other.traces


@dataclass(slots=True)
class Inbox:
    """The way in: `process` takes deliveries in the order they came; when it returns, they may be acknowledged.

    `told` is set when handlers told something, `scheduled` when they set timers.
    """

    service: ServiceName
    database: Database
    subscriptions: Subscriptions
    keys: Keyring
    clock: Clock
    retry_limit: int = 10
    settings: Any = None
    told: asyncio.Event = field(default_factory=asyncio.Event)
    scheduled: asyncio.Event = field(default_factory=asyncio.Event)
    decoder: Decoder = field(init=False)

    def __post_init__(self) -> None:
        self.decoder = Decoder(self.subscriptions)

    async def process(self, deliveries: Sequence[Delivery], *, patient: bool = True) -> Outcome:
        """Handle a batch. Raises only passing database faults: nothing has happened, the batch can be tried again.

        Call it with `patient=False` when such faults do not pass although the database is well: then a handler that
        raises them is to blame, and its event is put aside like any other that fails.
        """
        readable: list[Envelope] = []
        unreadable: list[Unreadable] = []
        for delivery in deliveries:
            try:
                readable.append(read_envelope(delivery))
            except Unprocessable as error:
                unreadable.append(Unreadable(delivery, error))
        await reach("received")
        try:
            outcome = await self._together(readable, unreadable)
        except Exception as error:
            if patient and is_transient(error):
                raise
            outcome = await self._one_by_one(readable, unreadable, patient=patient)
        if outcome.told:
            self.told.set()
        return outcome

    async def bury(self, delivery: Delivery, reason: str) -> Outcome:
        """Keep an event among the dead letters unhandled: it would do harm, or the broker gave it up."""
        error = Unprocessable(reason)
        try:
            envelope = read_envelope(delivery)
        except Unprocessable as unreadable:
            return await self._together([], [Unreadable(delivery, unreadable)])
        return await self._put_aside(envelope, error)

    async def _together(self, envelopes: Sequence[Envelope], unreadable: Sequence[Unreadable]) -> Outcome:
        outcome = Outcome(
            types=[envelope.type for envelope in envelopes], traces=[envelope.trace for envelope in envelopes]
        )
        async with self.database.transaction() as db:
            for broken in unreadable:
                await parking.park_unreadable(
                    db,
                    uuid7(self.clock.now()),
                    broken.delivery.headers,
                    broken.delivery.body,
                    broken.error,
                    self.clock.now(),
                )
                log.warning("event.dead", outcome="unreadable", reason=parking.reason_of(broken.error))
                outcome.unreadable += 1
            if envelopes:
                await self._handle(db, envelopes, outcome)
            await reach("commit-sent")
        await reach("committed-not-acked")
        return outcome

    async def _handle(self, db: Connection, envelopes: Sequence[Envelope], outcome: Outcome) -> None:
        keys = {envelope.key for envelope in envelopes}
        await lock_keys(db, keys)
        fresh = await self._take_in(db, envelopes)
        await reach("in-transaction-after-inbox")
        if fresh:
            waiting = await parking.keys_that_wait(db, sorted(keys))
            tx = Transaction(db, self.clock.now(), self.keys, self.service, settings=self.settings)
            arrived = await self._sort_out(tx, [one for one in envelopes if one.event_id in fresh], waiting, outcome)
            await self._run(arrived, tx)
            outcome.handled += len(arrived)
            await reach("after-handler")
            outcome.told = await flush(tx)
            if tx.scheduled:
                self.scheduled.set()
            await reach("after-outbox")
        outcome.repeated += len(envelopes) - len(fresh)

    async def _sort_out(
        self, tx: Transaction, fresh: Sequence[Envelope], waiting: set[str], outcome: Outcome
    ) -> list[Arrived]:
        arrived: list[Arrived] = []
        seen: set[Any] = set()
        for envelope in fresh:
            if envelope.event_id in seen:
                continue
            seen.add(envelope.event_id)
            if envelope.key in waiting:
                await parking.park(tx.db, envelope, None, now=tx.now, limit=self.retry_limit)
                outcome.parked += 1
                continue
            try:
                decoded = self.decoder.decode(envelope)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it goes no further
                state = await parking.park(tx.db, envelope, error, now=tx.now, limit=self.retry_limit)
                _say_parked(envelope, state, error)
                waiting.add(envelope.key)
                outcome.parked += 1
                continue
            if decoded is not None:
                arrived.append(decoded)
        return arrived

    async def _take_in(self, db: Connection, envelopes: Sequence[Envelope]) -> set[Any]:
        rows = await db.fetch(
            """
            INSERT INTO inbox (event_id, received_at)
            SELECT id, $2 FROM unnest($1::uuid[]) AS t (id)
            ON CONFLICT DO NOTHING
            RETURNING event_id
            """,
            sorted({envelope.event_id for envelope in envelopes}),
            self.clock.now(),
        )
        return {row["event_id"] for row in rows}

    async def _run(self, arrived: Sequence[Arrived], tx: Transaction) -> None:
        for run in rounds(arrived, key=lambda one: one.envelope.key, kind=lambda one: one.subscription.handle):
            handle = run[0].subscription.handle
            if run[0].subscription.batched:
                tx.lock_key = ""
                await handle([one.event for one in run], tx)
                continue
            for one in run:
                tx.lock_key = one.envelope.key
                await handle(one.event, tx)

    async def _one_by_one(
        self, envelopes: Sequence[Envelope], unreadable: Sequence[Unreadable], *, patient: bool
    ) -> Outcome:
        total = await self._together([], unreadable) if unreadable else Outcome()
        for envelope in envelopes:
            try:
                outcome = await self._together([envelope], [])
            except Exception as error:
                if patient and is_transient(error):
                    raise
                outcome = await self._put_aside(envelope, error)
            total.add(outcome)
        return total

    async def _put_aside(self, envelope: Envelope, error: BaseException) -> Outcome:
        outcome = Outcome(types=[envelope.type], traces=[envelope.trace])
        async with self.database.transaction() as db:
            await lock_keys(db, {envelope.key})
            if not await self._take_in(db, [envelope]):
                outcome.repeated = 1
                return outcome
            behind = envelope.key in await parking.keys_that_wait(db, [envelope.key])
            state = await parking.park(
                db, envelope, None if behind else error, now=self.clock.now(), limit=self.retry_limit
            )
        _say_parked(envelope, state, error)
        outcome.parked = 1
        return outcome


def _say_parked(envelope: Envelope, state: str, error: BaseException) -> None:
    log.warning(
        "event.parked",
        type=envelope.type,
        event_id=envelope.event_id,
        key=envelope.key,
        state=state,
        reason=parking.reason_of(error),
        exc_info=error,
    )
