"""A pool of connections that refuses a server which could forget what it confirmed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from shared.db import refuse_unsafe_settings


@asynccontextmanager
async def connections(database_url: str, size: int) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """So many connections, each of them checked."""
    async with asyncpg.create_pool(database_url, min_size=size, max_size=size, init=refuse_unsafe_settings) as pool:
        yield pool
