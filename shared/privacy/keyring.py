"""Every key one service holds: its private key, all public keys, and the keys of its own fields and look-ups."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeVar

from joserfc.jwk import OKPKey
from pydantic import BaseModel, ValidationError

from shared.privacy import fields
from shared.privacy.errors import CannotOpen
from shared.privacy.fields import SubjectKey, SymmetricKeys
from shared.privacy.key_settings import UnusableKey, new_secrets, read_jwk, read_object, read_symmetric
from shared.privacy.sealing import key_id, open_with, seal_to

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Keyring:
    """Seals for others, opens what is for us, protects our own fields; previous keys open but never protect anew."""

    service: str
    _private: Mapping[str, OKPKey] = field(repr=False)
    _public: Mapping[str, OKPKey] = field(repr=False)
    _field_keys: SymmetricKeys = field(repr=False)
    _lookup_keys: SymmetricKeys = field(repr=False)

    @classmethod
    def load(
        cls,
        service: str,
        *,
        private_key: str,
        public_keys: str,
        field_key: str,
        lookup_key: str,
        previous_private_key: str | None = None,
        previous_field_key: str | None = None,
        previous_lookup_key: str | None = None,
    ) -> Self:
        """From the texts of the settings (JWKs as JSON, symmetric keys as base64); raises UnusableKey."""
        private = [read_jwk("private_key", private_key, private=True)]
        if previous_private_key:
            private.append(read_jwk("previous_private_key", previous_private_key, private=True))
        public = {
            name: read_jwk(f"public_keys[{name}]", json.dumps(jwk), private=False)
            for name, jwk in read_object("public_keys", public_keys).items()
        }
        if service not in public or key_id(public[service]) != key_id(private[0]):
            raise UnusableKey(f"public_keys: the key of {service} does not belong to its private_key")
        return cls(
            service=service,
            _private={key_id(key): key for key in private},
            _public=public,
            _field_keys=read_symmetric("field_key", field_key, previous_field_key),
            _lookup_keys=read_symmetric("lookup_key", lookup_key, previous_lookup_key),
        )

    @classmethod
    def generate(cls, services: Iterable[str]) -> dict[str, Self]:
        """Fresh keyrings that know each other, one per service; for tests and demonstrations."""
        return {
            service: cls.load(
                service,
                private_key=values["STOPSO_PRIVATE_KEY"],
                public_keys=values["STOPSO_PUBLIC_KEYS"],
                field_key=values["STOPSO_FIELD_KEY"],
                lookup_key=values["STOPSO_LOOKUP_KEY"],
            )
            for service, values in new_secrets(services).items()
        }

    @property
    def services(self) -> frozenset[str]:
        """Whom this keyring can seal for."""
        return frozenset(self._public)

    def seal(self, plaintext: bytes, recipient: str, bound_to: str) -> str:
        """A compact JWE that only `recipient` can open, and only as part of `bound_to` (the id of the event)."""
        if recipient not in self._public:
            raise UnusableKey(f"no public key is known for {recipient}")
        return seal_to(self._public[recipient], plaintext, bound_to=bound_to)

    def open_sealed(self, token: str, bound_to: str) -> bytes:
        """The content of a block addressed to this service; raises CannotOpen."""
        return open_with(self._private, token, bound_to=bound_to)

    def seal_model(self, model: BaseModel, recipient: str, bound_to: str) -> str:
        """As `seal`, for a pydantic model."""
        return self.seal(model.model_dump_json().encode(), recipient, bound_to)

    def open_model(self, token: str, bound_to: str, model: type[M]) -> M:
        """As `open_sealed`, validated; raises CannotOpen without the content where the model does not fit."""
        content = self.open_sealed(token, bound_to)
        try:
            return model.model_validate_json(content)
        except ValidationError:
            raise CannotOpen("sealed-content-does-not-fit") from None

    def new_subject_key(self, subject: str) -> bytes:
        """A fresh wrapped key for a subject (normally a referral), to be stored; deleting it erases the subject."""
        return fields.new_subject_key(self._field_keys, subject)

    def subject_key(self, subject: str, wrapped: bytes | None) -> SubjectKey:
        """The subject's key, ready to use; raises Erased where there is none any more."""
        return fields.open_subject_key(self._field_keys, subject, wrapped)

    def rewrap_subject_key(self, subject: str, wrapped: bytes) -> bytes:
        """The same subject key under the current field key, after the field key was replaced."""
        return fields.rewrap_subject_key(self._field_keys, subject, wrapped)

    def lookup_hash(self, purpose: str, value: str) -> bytes:
        """A keyed hash to store and find by; the caller brings `value` into one spelling first."""
        return fields.lookup_hash(self._lookup_keys.current, purpose, value)

    def lookup_hashes(self, purpose: str, value: str) -> list[bytes]:
        """Every hash `value` may be stored under, the current first; several only during a change of keys."""
        keys = (self._lookup_keys.current, *self._lookup_keys.previous)
        return [fields.lookup_hash(key, purpose, value) for key in keys]
