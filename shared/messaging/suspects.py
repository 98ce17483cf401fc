"""Events that may have killed the process: each is handled alone, and given up when it outlived too many processes."""

import os
from dataclasses import dataclass, field
from uuid import uuid4

from shared.kernel.errors import Unprocessable
from shared.messaging.envelope import Delivery, read_envelope
from shared.messaging.inbox import Inbox, Outcome

DEATHS = 3


@dataclass(slots=True)
class Suspects:
    """Notes, before an event is handled alone, which process tries it.

    Another process that finds the note knows that the first one died.
    """

    inbox: Inbox
    process_name: str = field(default_factory=lambda: f"{os.getpid()}-{uuid4().hex[:12]}")

    async def process(self, delivery: Delivery, *, patient: bool = True) -> Outcome:
        """Handle one event alone, or bury it if it killed too often. Raises as the inbox does."""
        try:
            event_id = read_envelope(delivery).event_id
        except Unprocessable:
            return await self.inbox.process([delivery], patient=patient)
        async with self.inbox.database.transaction() as db:
            deaths = await db.fetchval(
                """
                INSERT INTO suspect_event AS s (event_id, process) VALUES ($1, $2)
                ON CONFLICT (event_id) DO UPDATE
                   SET deaths = s.deaths + (s.process <> excluded.process)::int, process = excluded.process
                RETURNING deaths
                """,
                event_id,
                self.process_name,
            )
        if deaths >= DEATHS:
            outcome = await self.inbox.bury(delivery, "kills-the-process")
        else:
            outcome = await self.inbox.process([delivery], patient=patient)
        async with self.inbox.database.transaction() as db:
            await db.execute("DELETE FROM suspect_event WHERE event_id = $1", event_id)
        return outcome
