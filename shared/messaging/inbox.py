"""Handles batches of deliveries: every event has its effect once, in the order of its key, in one transaction with what it causes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from shared.db import Connection, Database, is_transient
from shared.events import Event
from shared.events.event import Origin
from shared.events.upcasts import upcast
from shared.kernel.clock import Clock
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import ServiceName, uuid7
from shared.messaging import parking
from shared.messaging.envelope import Delivery, Envelope, read_envelope
from shared.messaging.failpoints import reach
from shared.messaging.locks import lock_keys
from shared.messaging.outbox import flush
from shared.messaging.rounds import rounds
from shared.messaging.subscriptions import Subscription, Subscriptions
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

log = structlog.get_logger(__name__)


class HandlerFailed(Exception):  # noqa: N818 - internal: carries the cause out of the batch's transaction
    """A handler raised; the batch is rolled back and tried event by event."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A delivery that is not one of our events, and why."""

    delivery: Delivery
    error: BaseException


@dataclass(slots=True)
class Outcome:
    """What became of a batch, for metrics and logs."""

    handled: int = 0
    repeated: int = 0
    parked: int = 0
    told: int = 0
    unreadable: int = 0
    types: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A readable delivery with its decoded event."""

    envelope: Envelope
    event: Event
    subscription: Subscription


@dataclass(slots=True)
class Inbox:
    """The way in: `process` takes deliveries in the order they came; when it returns, they may be acknowledged."""

    service: ServiceName
    database: Database
    subscriptions: Subscriptions
    keys: Keyring
    clock: Clock
    retry_limit: int = 10

    def decode(self, envelope: Envelope) -> Arrived:
        """The event of an envelope; raises `Unprocessable` for unknown types and bodies that do not fit."""
        try:
            event_type, body = upcast(envelope.type, envelope.body)
            subscription = self.subscriptions.events.get(event_type)
            if subscription is None:
                raise Unprocessable("unknown-event-type")
            event = subscription.event.model_validate_json(body)
        except ValueError as error:
            raise Unprocessable("body-does-not-fit") from error
        if event.key_value != envelope.key:
            raise Unprocessable("key-does-not-fit")
        event.received(Origin(envelope.event_id, envelope.time, envelope.sequence))
        return Arrived(envelope, event, subscription)

    async def process(self, deliveries: Sequence[Delivery]) -> Outcome:
        """Handle a batch. Raises only passing database faults, after which nothing has happened and the batch can be tried again."""
        readable: list[Envelope] = []
        unreadable: list[Unreadable] = []
        for delivery in deliveries:
            try:
                readable.append(read_envelope(delivery))
            except Unprocessable as error:
                unreadable.append(Unreadable(delivery, error))
        try:
            return await self._together(readable, unreadable)
        except HandlerFailed:
            return await self._one_by_one(readable, unreadable)

    async def _together(self, envelopes: Sequence[Envelope], unreadable: Sequence[Unreadable]) -> Outcome:
        outcome = Outcome(types=[envelope.type for envelope in envelopes])
        async with self.database.transaction() as db:
            for broken in unreadable:
                await parking.park_unreadable(
                    db, uuid7(self.clock.now()), dict(broken.delivery.headers), broken.delivery.body, broken.error, self.clock.now()
                )
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
        waiting = await parking.keys_that_wait(db, sorted(keys))
        tx = Transaction(db, self.clock.now(), self.keys, self.service)
        arrived: list[Arrived] = []
        for envelope in envelopes:
            if envelope.event_id not in fresh:
                outcome.repeated += 1
                continue
            fresh.discard(envelope.event_id)
            if envelope.key in waiting:
                await parking.park(db, envelope, None, now=tx.now, limit=self.retry_limit)
                outcome.parked += 1
                continue
            try:
                arrived.append(self.decode(envelope))
            except Unprocessable as error:
                await parking.park(db, envelope, error, now=tx.now, limit=self.retry_limit)
                log.warning("event.dead", type=envelope.type, event_id=str(envelope.event_id), reason=error.code)
                waiting.add(envelope.key)
                outcome.parked += 1
        await self._run(arrived, tx)
        outcome.handled += len(arrived)
        await reach("after-handler")
        outcome.told = await flush(tx)
        await reach("after-outbox")

    async def _take_in(self, db: Connection, envelopes: Sequence[Envelope]) -> set[Any]:
        rows = await db.fetch(
            "INSERT INTO inbox (event_id, received_at) SELECT id, $2 FROM unnest($1::uuid[]) AS t (id) ON CONFLICT DO NOTHING RETURNING event_id",
            sorted({envelope.event_id for envelope in envelopes}),
            self.clock.now(),
        )
        return {row["event_id"] for row in rows}

    async def _run(self, arrived: Sequence[Arrived], tx: Transaction) -> None:
        for run in rounds(arrived, key=lambda one: one.envelope.key, kind=lambda one: one.subscription):
            subscription = run[0].subscription
            try:
                if subscription.batched:
                    tx.lock_key = ""
                    await subscription.handle([one.event for one in run], tx)
                else:
                    for one in run:
                        tx.lock_key = one.envelope.key
                        await subscription.handle(one.event, tx)
            except Exception as error:
                if is_transient(error):
                    raise
                raise HandlerFailed from error

    async def _one_by_one(self, envelopes: Sequence[Envelope], unreadable: Sequence[Unreadable]) -> Outcome:
        total = await self._together([], unreadable) if unreadable else Outcome()
        for envelope in envelopes:
            total.types.append(envelope.type)
            try:
                outcome = await self._together([envelope], [])
            except HandlerFailed as failure:
                outcome = await self._put_aside(envelope, failure.__cause__ or failure)
            total.handled += outcome.handled
            total.repeated += outcome.repeated
            total.parked += outcome.parked
            total.told += outcome.told
        return total

    async def _put_aside(self, envelope: Envelope, error: BaseException) -> Outcome:
        async with self.database.transaction() as db:
            await lock_keys(db, {envelope.key})
            fresh = await self._take_in(db, [envelope])
            if not fresh:
                return Outcome(repeated=1)
            behind = envelope.key in await parking.keys_that_wait(db, [envelope.key])
            state = await parking.park(db, envelope, None if behind else error, now=self.clock.now(), limit=self.retry_limit)
        log.warning(
            "event.parked", type=envelope.type, event_id=str(envelope.event_id), state=state, reason=parking.reason_of(error)
        )
        return Outcome(parked=1)

    async def retry_due(self, limit: int = 100) -> int:
        """Try again what is due: the head of each key, then those behind it as long as they succeed; gives how many were handled."""
        async with self.database.reading() as db:
            keys = await parking.due_keys(db, self.clock.now(), limit)
        handled = 0
        for key in keys:
            while await self._retry_head(key):
                handled += 1
        return handled

    async def _retry_head(self, key: str) -> bool:
        try:
            async with self.database.transaction() as db:
                await lock_keys(db, {key})
                parked = await parking.head_of(db, key, self.clock.now())
                if parked is None:
                    return False
                envelope = read_envelope(Delivery(parked.body, parked.headers, 0, None))
                tx = Transaction(db, self.clock.now(), self.keys, self.service)
                try:
                    await self._run([self.decode(envelope)], tx)
                except Unprocessable as error:
                    raise HandlerFailed from error
                await flush(tx)
                await parking.settle(db, parked)
                return True
        except HandlerFailed as failure:
            await self._note_failure(key, parked, failure.__cause__ or failure)
            return False

    async def _note_failure(self, key: str, parked: parking.Parked, error: BaseException) -> None:
        async with self.database.transaction() as db:
            await lock_keys(db, {key})
            state = await parking.failed_again(db, parked, error, now=self.clock.now(), limit=self.retry_limit)
        log.warning("event.failed-again", type=parked.type, event_id=str(parked.event_id), state=state, reason=parking.reason_of(error))
