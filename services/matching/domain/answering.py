"""How often a therapist declines, said only where there is enough to say it."""

from dataclasses import dataclass
from datetime import datetime

FEWEST = 10
"""Below so many answers a rate says more about chance than about the therapist."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How a therapist answered, and when they last did."""

    accepted: int = 0
    declined: int = 0
    unanswered: int = 0
    last_at: datetime | None = None

    @property
    def asked(self) -> int:
        """How many requests came to an end with them."""
        return self.accepted + self.declined + self.unanswered

    @property
    def words(self) -> str:
        """The rate with its caution: a count where there are too few, a share of at least `FEWEST` otherwise."""
        if not self.asked:
            return "never asked"
        if self.asked < FEWEST:
            return f"{self.declined} of {self.asked}, too few to judge"
        return f"{round(100 * self.declined / self.asked)} % of {self.asked}"
