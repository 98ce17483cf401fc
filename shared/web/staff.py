"""Who is signed in, what roles there are, and how long a sign-in lasts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from shared.events.codes import StaffRole
from shared.kernel.ids import StaffId

AccountKind = Literal["staff", "therapist", "funder"]

ROLES: frozenset[StaffRole] = frozenset(get_args(StaffRole))
LONGEST_SESSION = timedelta(hours=12)
LONGEST_IDLE = timedelta(hours=1)
"""A session unused for so long is over, in whichever service it is used next."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff with an open session."""

    staff_id: StaffId
    display_name: str
    roles: frozenset[StaffRole]

    def may(self, *roles: StaffRole) -> bool:
        """Whether one of `roles` is theirs; with none named, whether they have any role at all."""
        return bool(self.roles & frozenset(roles)) if roles else bool(self.roles)

    @property
    def actor(self) -> str:
        """How this person appears as the actor of a transaction."""
        return f"staff:{self.staff_id}"
