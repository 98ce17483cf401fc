"""The only door to PostgreSQL: a pool, transactions, what passes by itself, and a refusal of unsafe settings."""

from shared.db.database import Connection, Database, Record
from shared.db.faults import is_transient
from shared.db.safety import UnsafeDatabase, refuse_unsafe_settings

__all__ = ["Connection", "Database", "Record", "UnsafeDatabase", "is_transient", "refuse_unsafe_settings"]
