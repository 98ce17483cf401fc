"""One transaction at a time works on a key within a service."""

from collections.abc import Collection

from shared.db import Connection


async def lock_keys(db: Connection, keys: Collection[str]) -> str:
    """Lock these keys, always in the same order, until the transaction ends; gives the transaction's number."""
    number: str = await db.fetchval(
        """
        SELECT pg_current_xact_id()::text, held
          FROM (SELECT count(pg_advisory_xact_lock(number)) AS held
                  FROM (SELECT DISTINCT hashtextextended(key, 7) AS number
                          FROM unnest($1::text[]) AS t (key) ORDER BY number) AS locks) AS locked
        """,
        sorted(keys),
    )
    return number
