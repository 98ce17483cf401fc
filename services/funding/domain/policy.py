"""What the charity has decided about subsidies, as numbers that can be set."""

from dataclasses import dataclass, field
from datetime import timedelta

from services.funding.domain.outlook import Scale


@dataclass(frozen=True, slots=True)
class Policy:
    """How long money is kept without an answer, how long and how large awards are, and when funders are told."""

    reservation_days: int = 28
    award_days: int = 365
    most_sessions: int = 24
    thresholds: tuple[int, ...] = (80, 100)
    scale: Scale = field(default=Scale())
    """From where on money counts as scarce or good."""

    @property
    def reservation_time(self) -> timedelta:
        """How long a reservation waits for the therapist's answer."""
        return timedelta(days=self.reservation_days)
