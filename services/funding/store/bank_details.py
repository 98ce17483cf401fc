"""The accounts that therapists are paid to, under their own keys, and who entered and confirmed them."""

import json
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from services.funding.domain.bank_details import AccountState, BankAccount, BankDetails
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring

COLUMN = "bank_account.details"


async def add_account(
    db: Connection,
    keys: Keyring,
    account_id: UUID,
    therapist_id: TherapistId,
    details: BankDetails,
    *,
    entered_by: str,
    now: datetime,
) -> None:
    """Keep what was entered, in place of what was waiting to be confirmed."""
    await db.execute(
        """
        UPDATE bank_account SET state = 'replaced', decided_by = $2, decided_at = $3
         WHERE therapist_id = $1 AND state = 'waiting'
        """,
        therapist_id,
        entered_by,
        now,
    )
    sealed = (await key_for(db, keys, therapist_id)).encrypt_text(COLUMN, json.dumps(asdict(details)))
    await db.execute(
        """
        INSERT INTO bank_account (account_id, therapist_id, details, state, entered_by, entered_at)
        VALUES ($1, $2, $3, 'waiting', $4, $5)
        """,
        account_id,
        therapist_id,
        sealed,
        entered_by,
        now,
    )


async def decide_account(
    db: Connection, account: BankAccount, state: AccountState, decided_by: str, now: datetime
) -> None:
    """Confirm or refuse what was entered; what was confirmed before is replaced."""
    if state == "confirmed":
        await db.execute(
            "UPDATE bank_account SET state = 'replaced' WHERE therapist_id = $1 AND state = 'confirmed'",
            account.therapist_id,
        )
    await db.execute(
        "UPDATE bank_account SET state = $2, decided_by = $3, decided_at = $4 WHERE account_id = $1",
        account.account_id,
        state,
        decided_by,
        now,
    )


async def account_by_id(db: Connection, keys: Keyring, account_id: UUID) -> BankAccount | None:
    """One account, locked until the transaction ends."""
    await db.execute("SELECT 1 FROM bank_account WHERE account_id = $1 FOR NO KEY UPDATE", account_id)
    row = await db.fetchrow(
        """
        SELECT bank_account.*, wrapped FROM bank_account LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE account_id = $1
        """,
        account_id,
    )
    return _account(keys, row) if row else None


async def accounts_of(db: Connection, keys: Keyring, therapist_id: TherapistId) -> list[BankAccount]:
    """Every account that was ever entered for a therapist, the latest first."""
    rows = await db.fetch(
        """
        SELECT bank_account.*, wrapped FROM bank_account LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE therapist_id = $1 ORDER BY entered_at DESC, account_id DESC
        """,
        therapist_id,
    )
    return [_account(keys, row) for row in rows]


async def accounts_waiting(db: Connection, keys: Keyring) -> list[BankAccount]:
    """Accounts that somebody has to confirm, the longest waiting first."""
    rows = await db.fetch(
        """
        SELECT bank_account.*, wrapped FROM bank_account LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE state = 'waiting' ORDER BY entered_at, account_id
        """
    )
    return [_account(keys, row) for row in rows]


def details_in(keys: Keyring, row: Record) -> BankDetails | None:
    """The details in a row with `therapist_id`, `details` and `wrapped`; None once they are erased."""
    if row["wrapped"] is None:
        return None
    opened = keys.subject_key(str(row["therapist_id"]), row["wrapped"]).decrypt_text(COLUMN, row["details"])
    return BankDetails(**json.loads(opened))


def _account(keys: Keyring, row: Record) -> BankAccount:
    return BankAccount(
        *(row["account_id"], row["therapist_id"], row["state"], row["entered_by"], row["entered_at"]),
        *(row["decided_by"], row["decided_at"], details_in(keys, row)),
    )
