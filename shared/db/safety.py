"""A database that may forget what it has confirmed is refused at the start."""

from typing import Any, Protocol


class UnsafeDatabase(Exception):
    """The server's settings would lose work that was acknowledged."""


class _Reader(Protocol):
    async def fetch(self, query: str, /, *args: object) -> list[Any]: ...


async def refuse_unsafe_settings(db: _Reader) -> None:
    """Raise `UnsafeDatabase` unless fsync, full_page_writes and synchronous_commit are on, from version 15 on."""
    rows = await db.fetch(
        """
        SELECT name, setting
          FROM pg_settings
         WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version_num')
        """
    )
    settings = {row["name"]: row["setting"] for row in rows}
    unsafe = [
        name for name in ("fsync", "full_page_writes", "synchronous_commit") if settings[name] in ("off", "local")
    ]
    if unsafe:
        raise UnsafeDatabase(
            f"PostgreSQL runs with {', '.join(unsafe)} off: confirmed work could be lost. Turn it on and start again."
        )
    if int(settings["server_version_num"]) < 150000:
        raise UnsafeDatabase("PostgreSQL 15 or later is needed.")
