"""Which shards of the outbox this process may send: each shard belongs to one process at a time, fairly shared."""

import random
from dataclasses import dataclass, field

from shared.db import Connection
from shared.messaging.envelope import SHARDS

LOCKS = 7_310_001
"""The first number of our session locks; the second is the shard, or PRESENT for being there at all."""
PRESENT = 1_000


@dataclass(slots=True)
class ShardShare:
    """The shards held by one session through advisory locks, which end with the session, however it ends."""

    db: Connection
    owned: set[int] = field(default_factory=set)

    @property
    def owns_all(self) -> bool:
        """Whether nobody else sends."""
        return len(self.owned) == SHARDS

    async def join(self) -> None:
        """Be counted among the processes that send."""
        await self.db.execute("SELECT pg_advisory_lock_shared($1::int, $2::int)", LOCKS, PRESENT)

    async def balance(self) -> None:
        """Give back what is more than a fair share and take what nobody holds; call it when nothing is in flight."""
        fair = -(-SHARDS // max(1, await self._present()))
        for shard in sorted(self.owned)[fair:]:
            await self.db.execute("SELECT pg_advisory_unlock($1::int, $2::int)", LOCKS, shard)
            self.owned.discard(shard)
        candidates = [shard for shard in range(SHARDS) if shard not in self.owned]
        random.shuffle(candidates)
        for shard in candidates:
            if len(self.owned) >= fair:
                break
            if await self.db.fetchval("SELECT pg_try_advisory_lock($1::int, $2::int)", LOCKS, shard):
                self.owned.add(shard)

    async def _present(self) -> int:
        count: int = await self.db.fetchval(
            """
            SELECT count(*) FROM pg_locks
             WHERE locktype = 'advisory' AND granted
               AND classid = $1::bigint::oid AND objid = $2::bigint::oid AND objsubid = 2
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            LOCKS,
            PRESENT,
        )
        return count
