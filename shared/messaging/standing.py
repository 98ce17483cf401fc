"""How a process stands: what readiness shows, and the figures that are looked up rather than counted."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.db import Connection
from shared.messaging.consumer import Consumer
from shared.messaging.figures import OUTBOX_AGE, OUTBOX_ROWS, TIMERS_OVERDUE, WAITING
from shared.messaging.kernel import Kernel
from shared.messaging.relay import Relay
from shared.messaging.supervision import Supervisor
from shared.messaging.topology import dead_letter_queue, group_queues

LOOK_SECONDS = 3.0
LATE_AFTER = 60.0
"""Seconds after which events that could be sent should have been; one that nobody listens to is reported, but makes
nobody unready: the pages must not go away because of it."""
OVERDUE_AFTER = timedelta(minutes=1)


@dataclass(slots=True)
class Standing:
    """Looks at the parts of one process from outside."""

    kernel: Kernel
    supervisor: Supervisor
    consumer: Consumer
    relay: Relay

    async def look(self) -> dict[str, Any]:
        """Everything, as JSON; `ready` says whether work may be given to this process."""
        stored, depths = await asyncio.gather(self._stored(), self._depths())
        loops = {
            name: {"running": loop.running, "failures": loop.failures, "reason": loop.reason}
            for name, loop in self.supervisor.loops.items()
        }
        consumers = {
            queue: queue in self.consumer.ears and self.consumer.ears[queue].running for queue in self._queues()
        }
        late = stored.get("outbox", {}).get("late_seconds", 0.0)
        broker = all(consumers.values()) and self.relay.connected
        return {
            "ready": bool(stored["database"] and broker and late < LATE_AFTER and not self.supervisor.stopping),
            "service": self.kernel.service,
            "broker": broker,
            "sending": {"connected": self.relay.connected, "shards": self.relay.shards, "held_back": self._held_back()},
            "consumers": consumers,
            "queues": depths,
            "loops": loops,
            **stored,
        }

    def _queues(self) -> list[str]:
        return [*group_queues(self.kernel.service), dead_letter_queue(self.kernel.service)]

    def _held_back(self) -> dict[str, int]:
        reasons = [held.reason for held in self.relay.held_back.values()]
        return {reason: reasons.count(reason) for reason in sorted(set(reasons))}

    async def _stored(self) -> dict[str, Any]:
        try:
            async with asyncio.timeout(LOOK_SECONDS), self.kernel.database.reading() as db:
                return {"database": True, **await self._counts(db)}
        except Exception:  # noqa: BLE001 - not to be had, for whatever reason, is the answer
            return {"database": False}

    async def _counts(self, db: Connection) -> dict[str, Any]:
        service, now = self.kernel.service, self.kernel.clock.now()
        outbox = await db.fetchrow(
            """
            SELECT count(*) AS rows, min(created_at) AS oldest,
                   min(created_at) FILTER (WHERE shard = ANY($1::smallint[]) AND key <> ALL($2::text[])) AS late
              FROM outbox
            """,
            list(self.relay.owned),
            list(self.relay.held_back),
        )
        states = {
            row["state"]: row["count"]
            for row in await db.fetch("SELECT state, count(*) FROM parked_event GROUP BY state")
        }
        overdue = await db.fetchval("SELECT count(*) FROM timer WHERE due_at < $1", now - OVERDUE_AFTER)
        age, late = (
            max(0.0, (now - since).total_seconds()) if since else 0.0 for since in (outbox["oldest"], outbox["late"])
        )
        waiting = {
            "retrying": states.get("retrying", 0),
            "behind": states.get("behind", 0),
            "dead": states.get("dead", 0),
        }
        OUTBOX_ROWS.labels(service).set(outbox["rows"])
        OUTBOX_AGE.labels(service).set(age)
        TIMERS_OVERDUE.labels(service).set(overdue)
        for state, count in waiting.items():
            WAITING.labels(service, state).set(count)
        return {
            "outbox": {"rows": outbox["rows"], "age_seconds": round(age, 1), "late_seconds": round(late, 1)},
            "waiting": waiting,
            "timers": {"overdue": overdue},
        }

    async def _depths(self) -> dict[str, int | None]:
        ears = dict(self.consumer.ears)

        async def depth(queue: str) -> int | None:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    return await ears[queue].depth()
            except Exception:  # noqa: BLE001 - not to be had, for whatever reason, is the answer
                return None

        queues = self._queues()
        return dict(zip(queues, await asyncio.gather(*map(depth, queues)), strict=True))
