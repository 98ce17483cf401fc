"""Which database errors pass by themselves, so that the same work may be tried again."""

import asyncpg

_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InsufficientResourcesError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCachedStatementError,
    ConnectionError,
    OSError,
    TimeoutError,
)


def is_transient(error: BaseException) -> bool:
    """Whether the same work could succeed later, unchanged: the fault lies with the database or the way to it."""
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error) or "connection" in str(error)
    return isinstance(error, _PASSING)
