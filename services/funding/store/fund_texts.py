"""Free text about funds and funders, readable only with the fund's or the funder's own key."""

from services.funding.store.subject_keys import key_for
from shared.db import Connection
from shared.kernel.ids import FunderId, FundId
from shared.privacy import Keyring


async def sealed(db: Connection, keys: Keyring, owner: FundId | FunderId, column: str, text: str) -> bytes:
    """The text as it is stored in `column`."""
    return (await key_for(db, keys, owner)).encrypt_text(column, text)


async def opened(db: Connection, keys: Keyring, owner: FundId | FunderId, column: str, stored: bytes | None) -> str:
    """The stored text again; empty where there is none, or where its key was destroyed."""
    wrapped = await db.fetchval("SELECT wrapped FROM subject_key WHERE subject = $1", str(owner))
    if stored is None or wrapped is None:
        return ""
    return keys.subject_key(str(owner), wrapped).decrypt_text(column, stored)
