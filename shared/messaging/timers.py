"""Runs timers when their moment comes: each once, under its key's lock, in one transaction with what it causes."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from shared.db import Database
from shared.kernel.clock import Clock
from shared.kernel.ids import ServiceName
from shared.messaging.locks import lock_keys
from shared.messaging.outbox import flush
from shared.messaging.parking import back_off, reason_of
from shared.messaging.subscriptions import DueTimer, Subscriptions
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

log = structlog.get_logger("stopso.messaging")


@dataclass(slots=True)
class Timers:
    """The timers of one service; safe with several replicas, and after a crash."""

    service: ServiceName
    database: Database
    subscriptions: Subscriptions
    keys: Keyring
    clock: Clock
    settings: Any = None
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def run_due(self, limit: int = 50) -> int:
        """Run what is due now, the oldest first; gives how many came to an end."""
        now = self.clock.now()
        async with self.database.reading() as db:
            rows = await db.fetch(
                "SELECT kind, key, lock_key, due_at FROM timer WHERE due_at <= $1 ORDER BY due_at, kind, key LIMIT $2",
                now,
                limit,
            )
        done = 0
        for row in rows:
            done += await self._run(row["kind"], row["key"], row["lock_key"])
        return done

    async def next_due(self) -> datetime | None:
        """When the earliest timer comes due."""
        async with self.database.reading() as db:
            found: datetime | None = await db.fetchval("SELECT min(due_at) FROM timer")
        return found

    async def _run(self, kind: str, key: str, lock_key: str) -> bool:
        now = self.clock.now()
        try:
            async with self.database.transaction() as db:
                await lock_keys(db, {lock_key})
                row = await db.fetchrow(
                    """
                    DELETE FROM timer
                     WHERE ctid = (SELECT ctid FROM timer
                                    WHERE kind = $1 AND key = $2 AND lock_key = $3 AND due_at <= $4
                                      FOR UPDATE SKIP LOCKED)
                    RETURNING due_at, payload, attempts
                    """,
                    kind,
                    key,
                    lock_key,
                    now,
                )
                if row is None:
                    return False
                tx = Transaction(db, now, self.keys, self.service, lock_key=lock_key, settings=self.settings)
                await self.subscriptions.timers[kind](
                    DueTimer(kind, key, row["due_at"], row["payload"], row["attempts"]), tx
                )
                told = await flush(tx)
        except Exception as error:  # noqa: BLE001 - where the database itself is away, putting off raises
            await self._put_off(kind, key, lock_key, error)
            return False
        if told:
            self.told.set()
        log.info("timer.handled", kind=kind, key=key)
        return True

    async def _put_off(self, kind: str, key: str, lock_key: str, error: BaseException) -> None:
        async with self.database.transaction() as db:
            await lock_keys(db, {lock_key})
            attempts = await db.fetchval(
                "SELECT attempts + 1 FROM timer WHERE kind = $1 AND key = $2 AND due_at <= $3 FOR UPDATE",
                kind,
                key,
                self.clock.now(),
            )
            if attempts is not None:
                due = self.clock.now() + back_off(attempts)
                await db.execute(
                    "UPDATE timer SET attempts = $3, due_at = $4 WHERE kind = $1 AND key = $2", kind, key, attempts, due
                )
        log.error("timer.failed", kind=kind, key=key, attempts=attempts, reason=reason_of(error), exc_info=error)
