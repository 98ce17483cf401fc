"""What can be done to accounts and their sessions; each runs inside a transaction of notifications."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from shared.db import Connection
from shared.events.codes import StaffRole
from shared.events.notifications import StaffSessionClosed, StaffSessionOpened
from shared.events.sealed import StaffProfile
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import SERVICES, StaffId, uuid7
from shared.messaging.transaction import Transaction
from shared.web import store
from shared.web.cookies import hash_of, new_token
from shared.web.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, Right, hash_password
from shared.web.staff import LONGEST_SESSION, ROLES, AccountKind, Staff


def sign_in_name(typed: str) -> str:
    """A name as it is kept: without space around it, in lower case."""
    return typed.strip().lower()


async def add_account(
    db: Connection,
    *,
    name: str,
    display_name: str,
    roles: Iterable[StaffRole],
    password: str,
    now: datetime,
    kind: AccountKind = "staff",
) -> UUID:
    """Add somebody who may sign in as `name` (an e-mail address or a short name) and return their id.

    Raises Conflict when the name is taken, Unprocessable for roles or a password that cannot be.
    """
    kept_roles = frozenset(roles)
    if not kept_roles <= ROLES or (kind == "staff") != bool(kept_roles):
        raise Unprocessable("roles-not-valid", "Staff need at least one of the known roles; others have none.")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Unprocessable("password-too-short", f"A password needs at least {SHORTEST_PASSWORD} characters.")
    account = store.Account(
        uuid7(now), kind, sign_in_name(name), display_name.strip(), kept_roles, hash_password(password), disabled=False
    )
    if not await store.add_account(db, account, now):
        raise Conflict("account-exists", "There is already an account of this name.")
    return account.account_id


async def open_session(tx: Transaction, account_id: UUID, right: Right) -> str | None:
    """Open a session for a member of staff and return its token, or None if the account is closed by now."""
    account = await store.account_locked(tx.db, account_id)
    if account is None or account.disabled or account.kind != "staff":
        return None
    if right.better_hash:
        await store.replace_password(tx.db, account_id, right.better_hash)
    staff = Staff(StaffId(account_id), account.display_name, account.roles)
    token = new_token()
    session = store.Session(hash_of(token), staff, tx.now, tx.now + LONGEST_SESSION)
    await store.add_session(tx.db, session)
    profile = StaffProfile(display_name=staff.display_name, roles=tuple(sorted(staff.roles)))
    tx.emit(
        StaffSessionOpened(staff_id=staff.staff_id, session_hash=session.session_hash, expires_at=session.expires_at),
        seal={service: profile for service in SERVICES if service != tx.service},
    )
    return token


async def close_session(tx: Transaction, staff_id: StaffId, session_hash: str) -> bool:
    """End one session of this person everywhere; False if it was not open."""
    removed = await store.remove_session(tx.db, session_hash, staff_id)
    if removed:
        tx.emit(StaffSessionClosed(staff_id=staff_id, session_hash=session_hash))
    return removed


async def close_sessions(tx: Transaction, staff_id: StaffId, *, but: str | None = None) -> int:
    """End this person's sessions everywhere, except the one whose hash is `but`; says how many."""
    sessions = [session for session in await store.sessions_of(tx.db, staff_id, tx.now) if session.session_hash != but]
    for session in sessions:
        await close_session(tx, staff_id, session.session_hash)
    return len(sessions)


async def disable_account(tx: Transaction, account_id: UUID) -> None:
    """Close an account and end its sessions everywhere; raises NotFound if there is none."""
    if await store.account_locked(tx.db, account_id) is None:
        raise NotFound("account-unknown")
    await store.set_disabled(tx.db, account_id, disabled=True)
    await close_sessions(tx, StaffId(account_id))


async def enable_account(tx: Transaction, account_id: UUID) -> None:
    """Open a closed account again; raises NotFound if there is none."""
    if await store.account_locked(tx.db, account_id) is None:
        raise NotFound("account-unknown")
    await store.set_disabled(tx.db, account_id, disabled=False)


async def change_password(tx: Transaction, account_id: UUID, password: str) -> None:
    """Keep another password and end all sessions; raises NotFound, or Unprocessable for one too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Unprocessable("password-too-short", f"A password needs at least {SHORTEST_PASSWORD} characters.")
    if await store.account_locked(tx.db, account_id) is None:
        raise NotFound("account-unknown")
    await store.replace_password(tx.db, account_id, hash_password(password))
    await close_sessions(tx, StaffId(account_id))
