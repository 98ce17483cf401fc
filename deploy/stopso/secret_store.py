"""The secrets of this copy: made at random at the first start, kept in one file that only its owner may read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.stopso.places import SERVICES
from deploy.stopso.roles import RolePasswords
from shared.privacy import new_secrets


@dataclass(frozen=True, slots=True)
class SecretStore:
    """Every secret, by service; none is shown when it is printed."""

    keys: dict[str, dict[str, str]] = field(repr=False)
    roles: dict[str, RolePasswords] = field(repr=False)
    broker: dict[str, str] = field(repr=False)

    @classmethod
    def generate(cls) -> "SecretStore":
        """New secrets for all services."""
        return cls(
            keys=new_secrets(SERVICES),
            roles={service: RolePasswords(new_password(), new_password()) for service in SERVICES},
            broker={service: new_password() for service in SERVICES},
        )

    @classmethod
    def read(cls, file: Path) -> "SecretStore":
        """The secrets in a file that `write` wrote."""
        found = json.loads(file.read_text(encoding="utf-8"))
        return cls(
            keys=found["keys"],
            roles={service: RolePasswords(**pair) for service, pair in found["roles"].items()},
            broker=found["broker"],
        )

    def text(self) -> str:
        """All of them, as `read` reads them."""
        return json.dumps(asdict(self))

    def write(self, file: Path) -> None:
        """Store them all at once, so that a crash leaves either no file or a whole one."""
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(self.text())
        unfinished.replace(file)


def ensure_secrets(file: Path) -> SecretStore:
    """The secrets of this copy, made now if there are none yet."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        SecretStore.generate().write(file)
    return SecretStore.read(file)


def new_password() -> str:
    """A random password without characters that an address would have to escape."""
    return secrets.token_urlsafe(24)
