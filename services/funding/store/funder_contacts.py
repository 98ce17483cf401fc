"""People at funders: their names and addresses under the key of their funder, and the hash by which they are found."""

import json
from datetime import datetime
from uuid import UUID

from services.funding.domain.funders import Contact
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.addresses import plain_address
from shared.kernel.ids import FunderId
from shared.privacy import Keyring

COLUMN = "funder_contact.details"
HASH_PURPOSE = "funder.email"


async def funder_name(db: Connection, funder_id: UUID) -> str | None:
    """The name of a funder."""
    found: str | None = await db.fetchval("SELECT name FROM funder WHERE funder_id = $1", funder_id)
    return found


async def funders_listed(db: Connection) -> list[Record]:
    """Every funder, by name, with how many people there can sign in."""
    return await db.fetch(
        """
        SELECT funder_id, name, count(contact_id)::int AS contacts
          FROM funder LEFT JOIN funder_contact USING (funder_id)
         GROUP BY funder_id ORDER BY name, funder_id
        """
    )


async def add_contact(db: Connection, keys: Keyring, contact: Contact, now: datetime, added_by: str) -> None:
    """Note somebody at a funder; their address must be new there."""
    key = await key_for(db, keys, contact.funder_id)
    details = json.dumps({"name": contact.name, "email": contact.email})
    await db.execute(
        """
        INSERT INTO funder_contact (contact_id, funder_id, details, email_hash, added_at, added_by)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        contact.contact_id,
        contact.funder_id,
        key.encrypt_text(COLUMN, details),
        keys.lookup_hash(HASH_PURPOSE, plain_address(contact.email)),
        now,
        added_by,
    )


async def remove_contact(db: Connection, funder_id: UUID, contact_id: UUID) -> bool:
    """Forget somebody, with every link and sign-in of theirs; False where there is no such person at this funder."""
    removed = await db.fetchval(
        "DELETE FROM funder_contact WHERE contact_id = $1 AND funder_id = $2 RETURNING true", contact_id, funder_id
    )
    return removed is not None


async def contacts_of(db: Connection, keys: Keyring, funder_id: UUID) -> list[Contact]:
    """Everybody at a funder, in the order in which they were noted."""
    rows = await db.fetch(
        """
        SELECT contact_id, funder_id, details, wrapped
          FROM funder_contact JOIN subject_key ON subject = funder_id::text
         WHERE funder_id = $1 ORDER BY added_at, contact_id
        """,
        funder_id,
    )
    return [_contact(keys, row) for row in rows]


async def contacts_written_to_at(db: Connection, keys: Keyring, email: str) -> list[tuple[UUID, FunderId]]:
    """Everybody at any funder who has this address, with that funder; nearly always one or nobody."""
    rows = await db.fetch(
        "SELECT contact_id, funder_id FROM funder_contact WHERE email_hash = ANY($1::bytea[]) ORDER BY contact_id",
        list(keys.lookup_hashes(HASH_PURPOSE, plain_address(email))),
    )
    return [(row["contact_id"], row["funder_id"]) for row in rows]


async def contact_by_id(db: Connection, keys: Keyring, contact_id: UUID) -> Contact | None:
    """One person."""
    row = await db.fetchrow(
        """
        SELECT contact_id, funder_id, details, wrapped
          FROM funder_contact JOIN subject_key ON subject = funder_id::text
         WHERE contact_id = $1
        """,
        contact_id,
    )
    return _contact(keys, row) if row else None


def _contact(keys: Keyring, row: Record) -> Contact:
    funder_id = FunderId(row["funder_id"])
    details = json.loads(keys.subject_key(str(funder_id), row["wrapped"]).decrypt_text(COLUMN, row["details"]))
    return Contact(row["contact_id"], funder_id, details["name"], details["email"])
