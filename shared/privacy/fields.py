"""Field encryption under a key of the subject's own, so that erasing a person is destroying one small key.

A subject key is random and kept only wrapped (AES-256-GCM under the service's field key). A value is bound to its
column and its subject, so that ciphertext moved to another row or column does not open. The services store it.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.privacy.errors import CannotOpen, Erased
from shared.privacy.padding import pad, unpad

KEY_LENGTH = 32
BLOCK = 32
_FORMAT = b"\x01"
_ID_LENGTH = 8
_NONCE_LENGTH = 12


@dataclass(frozen=True)
class SymmetricKeys:
    """The current 32-byte key and, during its replacement, the previous ones; an id is derived from its key."""

    current: bytes = field(repr=False)
    previous: tuple[bytes, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if any(len(key) != KEY_LENGTH for key in (self.current, *self.previous)):
            raise ValueError(f"a key must have exactly {KEY_LENGTH} bytes")

    def by_id(self) -> Mapping[bytes, bytes]:
        """Every key that may still open something, under its id."""
        return {_key_id(key): key for key in (*self.previous, self.current)}


@dataclass(frozen=True)
class SubjectKey:
    """One subject's key, opened in memory only; `column` is written as `table.column`."""

    subject: str
    _key: bytes = field(repr=False)

    def encrypt(self, column: str, value: bytes) -> bytes:
        """Ciphertext for this column of this subject; its length is rounded up to whole blocks."""
        return _FORMAT + _encrypt(self._key, pad(value, BLOCK), _bound("field", column, self.subject))

    def decrypt(self, column: str, ciphertext: bytes) -> bytes:
        """The value; raises CannotOpen if it was changed or belongs to another column or subject."""
        if ciphertext[:1] != _FORMAT:
            raise CannotOpen("field-format-unknown")
        return unpad(_decrypt(self._key, ciphertext[1:], _bound("field", column, self.subject)))

    def encrypt_text(self, column: str, value: str) -> bytes:
        """As `encrypt`, for text."""
        return self.encrypt(column, value.encode())

    def decrypt_text(self, column: str, ciphertext: bytes) -> str:
        """As `decrypt`, for text."""
        return self.decrypt(column, ciphertext).decode()


def new_subject_key(keys: SymmetricKeys, subject: str) -> bytes:
    """A fresh random key for `subject`, wrapped for storage; deleting every copy of it erases the subject."""
    return _wrap(keys, subject, os.urandom(KEY_LENGTH))


def open_subject_key(keys: SymmetricKeys, subject: str, wrapped: bytes | None) -> SubjectKey:
    """The usable key of `subject`; raises Erased where `wrapped` is gone, CannotOpen where it is another's."""
    if wrapped is None:
        raise Erased
    return SubjectKey(subject, _unwrap(keys, subject, wrapped))


def rewrap_subject_key(keys: SymmetricKeys, subject: str, wrapped: bytes) -> bytes:
    """The same subject key under the current field key; the subject's values need not be touched."""
    return _wrap(keys, subject, _unwrap(keys, subject, wrapped))


def lookup_hash(key: bytes, purpose: str, value: str) -> bytes:
    """HMAC-SHA256 for finding a row by a value that is not stored; equal values under different purposes differ."""
    return hmac.digest(key, _bound("lookup", purpose, value), sha256)


def _wrap(keys: SymmetricKeys, subject: str, subject_key: bytes) -> bytes:
    sealed = _encrypt(keys.current, subject_key, _bound("subject-key", subject))
    return _FORMAT + _key_id(keys.current) + sealed


def _unwrap(keys: SymmetricKeys, subject: str, wrapped: bytes) -> bytes:
    key_id, sealed = wrapped[1 : 1 + _ID_LENGTH], wrapped[1 + _ID_LENGTH :]
    wrapping_key = keys.by_id().get(key_id)
    if wrapped[:1] != _FORMAT or wrapping_key is None:
        raise CannotOpen("subject-key-unknown")
    return _decrypt(wrapping_key, sealed, _bound("subject-key", subject))


def _encrypt(key: bytes, value: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(_NONCE_LENGTH)
    return nonce + AESGCM(key).encrypt(nonce, value, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], bound_to)
    except (InvalidTag, ValueError):
        raise CannotOpen("field-not-authentic") from None


def _key_id(key: bytes) -> bytes:
    return hmac.digest(key, b"stopso key id", sha256)[:_ID_LENGTH]


def _bound(*parts: str) -> bytes:
    """The parts with their lengths, so that no two different lists give the same bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
