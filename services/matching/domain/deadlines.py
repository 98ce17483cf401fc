"""The next look at every match that no offer and no waiting list looks after: what is expected, and by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.matching.domain.matches import MatchState
from services.matching.domain.working_days import WorkingDays

Step = Literal[
    "funding-answer", "funding-gives-up", "approval", "contact", "contact-late", "first-session", "therapy-news",
]  # fmt: skip
Attention = Literal[
    "funding-silent", "no-contact", "no-first-session", "therapy-quiet", "safeguarding", "subsidy-ended", "given-up",
    "decline-to-confirm", "approval-waits",
]  # fmt: skip
"""What a coordinator is shown about a match until it has passed or somebody says that it is settled."""

STATE_OF_STEP: dict[Step, MatchState] = {
    "funding-answer": "proposed",
    "funding-gives-up": "proposed",
    "approval": "proposed",
    "contact": "accepted",
    "contact-late": "accepted",
    "first-session": "accepted",
    "therapy-news": "in-therapy",
}
"""A step whose match has moved on has nothing to say."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each step may take before somebody looks."""

    funding_minutes: int = 60
    funding_gives_up_hours: int = 24
    approval_working_days: int = 3
    contact_working_days: int = 2
    contact_late_working_days: int = 1
    first_session_working_days: int = 15
    therapy_quiet_days: int = 42

    def due(self, step: Step, now: datetime, days: WorkingDays) -> datetime:
        """When a step that begins now has taken too long."""
        match step:
            case "funding-answer":
                return now + timedelta(minutes=self.funding_minutes)
            case "funding-gives-up":
                return now + timedelta(hours=self.funding_gives_up_hours)
            case "approval":
                return days.after(now, self.approval_working_days)
            case "contact":
                return days.after(now, self.contact_working_days)
            case "contact-late":
                return days.after(now, self.contact_late_working_days)
            case "first-session":
                return days.after(now, self.first_session_working_days)
            case "therapy-news":
                return now + timedelta(days=self.therapy_quiet_days)
