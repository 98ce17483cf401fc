"""The texts in which keys are configured: JWKs as JSON, symmetric keys as base64; read here, and generated here."""

import base64
import json
import secrets
from collections.abc import Iterable

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.privacy.fields import KEY_LENGTH, SymmetricKeys
from shared.privacy.sealing import CURVE, key_id, public_jwk


class UnusableKey(ValueError):
    """A configured key cannot be used; the message names which one and why, never its value."""


def new_secrets(services: Iterable[str]) -> dict[str, dict[str, str]]:
    """Fresh key settings for each service, as environment values.

    The session key is the same for all, because a form on one service's page may post to another; every other secret is
    a service's own.
    """
    private = {service: OKPKey.generate_key(CURVE) for service in services}
    public_keys = json.dumps({service: public_jwk(key) for service, key in private.items()})
    session_key = _new_symmetric()
    return {
        service: {
            "STOPSO_PRIVATE_KEY": json.dumps(key.as_dict(private=True) | {"kid": key_id(key)}),
            "STOPSO_PUBLIC_KEYS": public_keys,
            "STOPSO_FIELD_KEY": _new_symmetric(),
            "STOPSO_LOOKUP_KEY": _new_symmetric(),
            "STOPSO_SESSION_KEY": session_key,
        }
        for service, key in private.items()
    }


def _new_symmetric() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_LENGTH)).decode("ascii")


def read_symmetric(name: str, current: str, previous: str | None) -> SymmetricKeys:
    """The current key and perhaps a previous one, each 32 bytes as base64."""
    return SymmetricKeys(
        current=_bytes(name, current),
        previous=(_bytes(f"previous_{name}", previous),) if previous else (),
    )


def _bytes(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        raise UnusableKey(f"{name}: not base64") from None
    if len(key) != KEY_LENGTH:
        raise UnusableKey(f"{name}: must decode to {KEY_LENGTH} bytes, not {len(key)}")
    return key


def read_object(name: str, text: str) -> dict[str, object]:
    """The JSON object in `text`."""
    try:
        parsed = json.loads(text)
    except ValueError:
        raise UnusableKey(f"{name}: not JSON") from None
    if not isinstance(parsed, dict):
        raise UnusableKey(f"{name}: not a JSON object")
    return parsed


def read_jwk(name: str, text: str, *, private: bool) -> OKPKey:
    """An X25519 key from its JWK; a public one must not hold the private part."""
    described = read_object(name, text)
    if (described.get("kty"), described.get("crv")) != ("OKP", CURVE):
        raise UnusableKey(f"{name}: not an {CURVE} key")
    if private and "d" not in described:
        raise UnusableKey(f"{name}: the private part is missing")
    if not private and "d" in described:
        raise UnusableKey(f"{name}: holds a private key")
    try:
        return OKPKey.import_key({part: str(described[part]) for part in ("kty", "crv", "x", "d") if part in described})
    except (JoseError, ValueError, TypeError, KeyError):
        raise UnusableKey(f"{name}: not a usable {CURVE} key") from None
