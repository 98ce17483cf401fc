"""People at funders: who they are, how their addresses are compared, and how long a link and a sign-in are good."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from shared.kernel.ids import FunderId

LINK_IS_GOOD = timedelta(minutes=15)
LONGEST_SIGN_IN = timedelta(hours=12)
"""As long as staff and therapists stay signed in."""
MOST_CONTACTS = 20


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody at a funder who is written to and may sign in."""

    contact_id: UUID
    funder_id: FunderId
    name: str
    email: str


def plain_address(typed: str) -> str:
    """An e-mail address as it is compared: people type capitals and spaces that mean nothing."""
    return typed.strip().casefold()


def is_address(typed: str) -> bool:
    """Whether this can be an e-mail address at all; whether somebody reads it, only a mail can tell."""
    name, at, host = typed.partition("@")
    return bool(name and at and host) and "@" not in host and not any(character.isspace() for character in typed)
