"""People at funders: who they are, and how long a link and a sign-in are good."""

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
