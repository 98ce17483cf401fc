"""What stops the search for a therapist for one client, and their clocks with it, until it is lifted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.kernel.ids import ReferralId

HoldReason = Literal["not-shared", "safeguarding", "client-not-ready"]
GRAVEST: tuple[HoldReason, ...] = ("safeguarding", "not-shared", "client-not-ready")
"""Where there are several, the first of these is what the client is said to wait for."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A recorded stop; a safeguarding concern has its own id, and `look_at` is the day staff set for a client."""

    hold_id: UUID
    referral_id: ReferralId
    reason: HoldReason
    since: datetime
    look_at: datetime | None = None
    lifted_at: datetime | None = None


def gravest(holds: list[Hold]) -> Hold | None:
    """The hold that counts among those in force, if there is any."""
    in_force = [hold for hold in holds if hold.lifted_at is None]
    return min(in_force, key=lambda hold: (GRAVEST.index(hold.reason), hold.since), default=None)
