"""Sealed blocks: compact JWE to one service's X25519 key, bound to the id of the event that carries it.

Exactly one way of encrypting is spoken (ECDH-ES direct, AES-256-GCM); a block that names any other, or any header we
do not write, is refused before a key is touched.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.util import json_b64decode

from shared.privacy.errors import CannotOpen
from shared.privacy.padding import pad, unpad

CURVE: Final = "X25519"
ALGORITHM = "ECDH-ES"
ENCRYPTION = "A256GCM"
BLOCK = 256
LARGEST = 48_000
_HEADERS = frozenset({"alg", "enc", "kid", "apv", "epk"})
_ONLY_OURS = jwe.JWERegistry(algorithms=[ALGORITHM, ENCRYPTION])


class TooLarge(ValueError):
    """The content would not fit into one block; the place that accepted it from a person should have a limit."""


def public_jwk(key: OKPKey) -> dict[str, str]:
    """The part of a key that everybody may see, with its id."""
    return {"kty": "OKP", "crv": CURVE, "x": str(key.as_dict(private=False)["x"]), "kid": key_id(key)}


def key_id(key: OKPKey) -> str:
    """The RFC 7638 thumbprint: derived from the key, so that an id can never name another key."""
    return str(key.thumbprint())


def seal_to(recipient: OKPKey, content: bytes, *, bound_to: str) -> str:
    """Encrypt `content` so that only the recipient can read it, and only as part of `bound_to`."""
    if len(content) > LARGEST:
        raise TooLarge(f"a sealed block holds at most {LARGEST} bytes")
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": key_id(recipient), "apv": _party(bound_to)}
    return jwe.encrypt_compact(header, pad(content, BLOCK), recipient, registry=_ONLY_OURS)


def open_with(keys: Mapping[str, OKPKey], block: str, *, bound_to: str) -> bytes:
    """Decrypt a block with the key it names; raises CannotOpen, whose code says which check failed and nothing else."""
    header = _header(block)
    if header.keys() != _HEADERS:
        raise CannotOpen("sealed-header-not-ours")
    if (header["alg"], header["enc"]) != (ALGORITHM, ENCRYPTION):
        raise CannotOpen("sealed-algorithm-not-ours")
    if header["apv"] != _party(bound_to):
        raise CannotOpen("sealed-for-another-event")
    key = keys.get(header["kid"]) if isinstance(header["kid"], str) else None
    if key is None:
        raise CannotOpen("sealed-for-another-service")
    try:
        opened = jwe.decrypt_compact(block, key, registry=_ONLY_OURS).plaintext
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise CannotOpen("sealed-not-authentic") from None
    if opened is None:
        raise CannotOpen("sealed-not-authentic")
    return unpad(opened)


def _header(block: str) -> dict[str, Any]:
    try:
        header = json_b64decode(block.partition(".")[0].encode())
    except (JoseError, ValueError, TypeError, RecursionError):
        raise CannotOpen("sealed-unreadable") from None
    if not isinstance(header, dict):
        raise CannotOpen("sealed-unreadable")
    return header


def _party(bound_to: str) -> str:
    return base64.urlsafe_b64encode(bound_to.encode()).rstrip(b"=").decode("ascii")
