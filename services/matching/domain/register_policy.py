"""What the charity decides about its register of therapists and may change, beside what each credential must be."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.matching.domain.london import midnight_before


@dataclass(frozen=True, slots=True)
class RegisterPolicy:
    """After how many days places are asked for again, and whether nobody becomes active without every credential."""

    capacity_stale_days: int = 30
    credentials_required: bool = False

    def stale_on(self, as_of: date) -> date:
        """The first day on which places said on `as_of` are stale."""
        return as_of + timedelta(days=self.capacity_stale_days)

    def stale_at(self, as_of: date) -> datetime:
        """The moment at which they become so."""
        return midnight_before(self.stale_on(as_of))

    def is_stale(self, as_of: date, today: date) -> bool:
        """Whether places said on `as_of` should no longer be trusted."""
        return today >= self.stale_on(as_of)
