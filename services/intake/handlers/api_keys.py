"""Keys for organisations that refer by program: shown once, stored as a hash, revocable."""

from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from services.intake.store import api_keys
from services.intake.store.api_keys import ApiKey
from shared.db import Connection
from shared.kernel.errors import NotFound, Unprocessable
from shared.messaging.transaction import Transaction

PREFIX = "stopso_"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; its secret is shown now and never again."""

    api_key_id: UUID
    secret: str


def _hash_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


async def create_api_key(organisation: str, tx: Transaction) -> NewKey:
    """Make a key for an organisation."""
    if not organisation.strip():
        raise Unprocessable("organisation-missing", "Say which organisation the key is for.")
    secret = PREFIX + token_urlsafe(32)
    key = ApiKey(tx.new_id(), organisation.strip(), tx.now, tx.actor)
    await api_keys.add_api_key(tx.db, key, _hash_of(secret))
    return NewKey(key.api_key_id, secret)


async def revoke_api_key(api_key_id: UUID, tx: Transaction) -> None:
    """End a key at once; raises NotFound where there is no good one."""
    if not await api_keys.revoke_api_key(tx.db, api_key_id, tx.now):
        raise NotFound("key-unknown", "There is no such key, or it was revoked before.")


async def list_api_keys(db: Connection) -> list[ApiKey]:
    """Every key, without its secret."""
    return await api_keys.all_api_keys(db)


async def key_of(db: Connection, secret: str) -> ApiKey | None:
    """The good key with this secret: 256 random bits, so that a plain hash is enough."""
    return await api_keys.api_key_by_hash(db, _hash_of(secret))
