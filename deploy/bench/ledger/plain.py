"""The least that keeps a fund from being overdrawn and leaves a trace: one guarded UPDATE and one INSERT."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from uuid import UUID, uuid4

from deploy.bench.ledger.watching import Pace, WatchedDatabase, at_once
from shared.db import Connection

AMOUNT = 50_000
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Plain:
    """A balance, a list of movements, and as many connections as the other contestant has."""

    def __init__(self, address: str, *, workers: int) -> None:
        self.database = WatchedDatabase(address, minimum=workers, maximum=workers, application="bench")
        self.workers = workers

    async def pace(self, funds: int, reservations: int, batch: int) -> Pace:
        """Measure one size. Raises RuntimeError where a penny is not where it should be."""
        await self.database.open()
        try:
            known = [uuid4() for _ in range(funds)]
            async with self.database.transaction() as db:
                rows = [(fund, AMOUNT * reservations) for fund in known]
                await db.executemany("INSERT INTO balance VALUES ($1, $2)", rows)
            asked = list(islice(cycle(known), reservations))
            batches = [sorted(asked[nth : nth + batch]) for nth in range(0, reservations, batch)]
            self.database.begin_anew()
            spell = await at_once(batches, self._reserve, workers=self.workers)
            async with self.database.reading() as db:
                left = await db.fetchval("SELECT sum(available)::bigint FROM balance")
            if left != AMOUNT * reservations * (funds - 1):
                raise RuntimeError("what was kept is not what was asked for")
        finally:
            await self.database.close()
        return spell.as_pace("plain PostgreSQL", self.database, funds=funds, batch=batch, reservations=reservations)

    async def _reserve(self, funds: Sequence[UUID]) -> None:
        async with self.database.transaction() as db:
            for fund in funds:
                await self._reserve_one(db, fund)

    async def _reserve_one(self, db: Connection, fund: UUID) -> None:
        enough = await db.fetchval(
            "UPDATE balance SET available = available - $2 WHERE fund_id = $1 AND available >= $2 RETURNING true",
            fund,
            AMOUNT,
        )
        if enough:
            await db.execute("INSERT INTO movement VALUES ($1, $2, $3, $4)", uuid4(), fund, AMOUNT, NOW)
