"""The SQL of sign-in: staff sessions, in every service, and accounts, in notifications."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Connection, Record
from shared.events.codes import StaffRole
from shared.kernel.ids import StaffId
from shared.web.staff import AccountKind, Staff


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in."""

    account_id: UUID
    kind: AccountKind
    sign_in_name: str
    display_name: str
    roles: frozenset[StaffRole]
    password_hash: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one member of staff."""

    session_hash: str
    staff: Staff
    opened_at: datetime
    expires_at: datetime


async def open_session(db: Connection, session_hash: str, now: datetime) -> Session | None:
    """The session of this cookie, if it is open and has not expired."""
    row = await db.fetchrow(
        """
        SELECT session_hash, staff_id, display_name, roles, opened_at, expires_at
          FROM staff_session
         WHERE session_hash = $1 AND expires_at > $2
        """,
        session_hash,
        now,
    )
    return _session(row) if row else None


async def sessions_of(db: Connection, staff_id: StaffId, now: datetime) -> list[Session]:
    """All open sessions of one person, newest first."""
    rows = await db.fetch(
        """
        SELECT session_hash, staff_id, display_name, roles, opened_at, expires_at
          FROM staff_session
         WHERE staff_id = $1 AND expires_at > $2
         ORDER BY opened_at DESC, session_hash
        """,
        staff_id,
        now,
    )
    return [_session(row) for row in rows]


def _session(row: Record) -> Session:
    staff = Staff(row["staff_id"], row["display_name"], frozenset(row["roles"]))
    return Session(row["session_hash"], staff, row["opened_at"], row["expires_at"])


def _account(row: Mapping[str, Any]) -> Account:
    return Account(**{**row, "roles": frozenset(row["roles"])})


async def add_session(db: Connection, session: Session) -> None:
    """Keep a session, and let go of this person's expired ones; keeping it twice does nothing."""
    await db.execute(
        "DELETE FROM staff_session WHERE staff_id = $1 AND expires_at <= $2",
        session.staff.staff_id,
        session.opened_at,
    )
    await db.execute(
        """
        INSERT INTO staff_session (session_hash, staff_id, display_name, roles, opened_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (session_hash) DO NOTHING
        """,
        session.session_hash,
        session.staff.staff_id,
        session.staff.display_name,
        sorted(session.staff.roles),
        session.opened_at,
        session.expires_at,
    )


async def remove_session(db: Connection, session_hash: str, staff_id: StaffId) -> bool:
    """Forget one session of this person; False if there was none."""
    removed = await db.fetchval(
        "DELETE FROM staff_session WHERE session_hash = $1 AND staff_id = $2 RETURNING true", session_hash, staff_id
    )
    return bool(removed)


async def account_named(db: Connection, sign_in_name: str) -> Account | None:
    """The account that signs in under this name."""
    row = await db.fetchrow(
        """
        SELECT account_id, kind, sign_in_name, display_name, roles, password_hash, disabled
          FROM account
         WHERE sign_in_name = $1
        """,
        sign_in_name,
    )
    return _account(row) if row else None


async def account_locked(db: Connection, account_id: UUID) -> Account | None:
    """The account, locked until the end of the transaction."""
    row = await db.fetchrow(
        """
        SELECT account_id, kind, sign_in_name, display_name, roles, password_hash, disabled
          FROM account
         WHERE account_id = $1
           FOR UPDATE
        """,
        account_id,
    )
    return _account(row) if row else None


async def add_account(db: Connection, account: Account, now: datetime) -> bool:
    """Keep a new account; False if the name is taken."""
    added = await db.fetchval(
        """
        INSERT INTO account (account_id, kind, sign_in_name, display_name, roles, password_hash, disabled, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (sign_in_name) DO NOTHING
        RETURNING true
        """,
        account.account_id,
        account.kind,
        account.sign_in_name,
        account.display_name,
        sorted(account.roles),
        account.password_hash,
        account.disabled,
        now,
    )
    return bool(added)


async def replace_password(db: Connection, account_id: UUID, password_hash: str) -> None:
    """Keep another hash for this account."""
    await db.execute("UPDATE account SET password_hash = $2 WHERE account_id = $1", account_id, password_hash)


async def set_disabled(db: Connection, account_id: UUID, *, disabled: bool) -> None:
    """Close an account, or open it again."""
    await db.execute("UPDATE account SET disabled = $2 WHERE account_id = $1", account_id, disabled)


async def all_accounts(db: Connection) -> list[Account]:
    """Every account by name."""
    rows = await db.fetch(
        """
        SELECT account_id, kind, sign_in_name, display_name, roles, password_hash, disabled
          FROM account
         ORDER BY sign_in_name
        """
    )
    return [_account(row) for row in rows]
