"""Tries again what could not be handled: the head of each key, then those behind it as long as they succeed."""

from dataclasses import dataclass

import structlog

from shared.messaging import parking
from shared.messaging.envelope import kept_envelope
from shared.messaging.inbox import Inbox
from shared.messaging.locks import lock_keys
from shared.messaging.outbox import flush
from shared.messaging.transaction import Transaction

log = structlog.get_logger("stopso.messaging")


@dataclass(slots=True)
class Retries:
    """The second chance of one service's events; safe with several replicas."""

    inbox: Inbox

    async def retry_due(self, limit: int = 100) -> int:
        """Try what is due now; gives how many events were handled. Raises only when the database is away."""
        async with self.inbox.database.reading() as db:
            keys = await parking.due_keys(db, self.inbox.clock.now(), limit)
        handled = 0
        for key in keys:
            while await self._retry_head(key):
                handled += 1
        return handled

    async def _retry_head(self, key: str) -> bool:
        inbox = self.inbox
        parked: parking.Parked | None = None
        try:
            async with inbox.database.transaction() as db:
                await lock_keys(db, {key})
                parked = await parking.head_of(db, key, inbox.clock.now())
                if parked is None:
                    return False
                tx = Transaction(db, inbox.clock.now(), inbox.keys, inbox.service, settings=inbox.settings)
                arrived = inbox.decoder.decode(kept_envelope(parked.headers, parked.body))
                if arrived is not None:
                    tx.lock_key = key
                    events = [arrived.event] if arrived.subscription.batched else arrived.event
                    await arrived.subscription.handle(events, tx)
                told = await flush(tx)
                await parking.settle(db, parked, inbox.clock.now())
        except Exception as error:
            if parked is None:
                raise
            await self._note_failure(parked, error)
            return False
        if told:
            inbox.told.set()
        if tx.scheduled:
            inbox.scheduled.set()
        log.info("event.retried", type=parked.type, event_id=parked.event_id, key=key, attempts=parked.attempts)
        return True

    async def _note_failure(self, parked: parking.Parked, error: BaseException) -> None:
        inbox = self.inbox
        async with inbox.database.transaction() as db:
            await lock_keys(db, {parked.key})
            state = await parking.failed_again(db, parked, error, now=inbox.clock.now(), limit=inbox.retry_limit)
        if state is None:
            return
        log.warning(
            "event.failed-again",
            type=parked.type,
            event_id=parked.event_id,
            key=parked.key,
            state=state,
            reason=parking.reason_of(error),
            exc_info=error,
        )
