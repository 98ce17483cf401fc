"""One transaction at a time works on a key within a service."""

from collections.abc import Collection

from shared.db import Connection


async def lock_keys(db: Connection, keys: Collection[str]) -> None:
    """Take the locks of these keys, always in the same order, and hold them until the transaction ends."""
    await db.execute(
        "SELECT pg_advisory_xact_lock(number) FROM (SELECT DISTINCT hashtextextended(key, 7) AS number FROM unnest($1::text[]) AS t (key) ORDER BY number) AS locks",
        sorted(keys),
    )
