"""Keeps what people tell us readable only by the service it is meant for, and for only as long as it is needed."""

from shared.privacy.errors import CannotOpen, Erased
from shared.privacy.fields import SubjectKey
from shared.privacy.key_settings import UnusableKey, new_secrets
from shared.privacy.keyring import Keyring
from shared.privacy.register import (
    Basis,
    Category,
    Condition,
    NotPersonal,
    PersonalField,
    Protection,
    Register,
)
from shared.privacy.retention import Retention

__all__ = [
    "Basis",
    "CannotOpen",
    "Category",
    "Condition",
    "Erased",
    "Keyring",
    "NotPersonal",
    "PersonalField",
    "Protection",
    "Register",
    "Retention",
    "SubjectKey",
    "UnusableKey",
    "new_secrets",
]
