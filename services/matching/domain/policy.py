"""What the charity decides about matching and may change: times, lengths and the version of the weights."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.matching.domain.deadlines import Patience
from services.matching.domain.run_policy import Runs
from services.matching.domain.vocabulary import DeclineReason, Priority
from services.matching.domain.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class Policy:
    """How long a therapist has to answer, when they are reminded, how often those who wait are looked at."""

    reply_hours: dict[Priority, int]
    remind_after_percent: int
    look_again_hours: int
    sessions_planned: int
    weights_version: int
    broadcast_size: dict[Priority, int] = field(default_factory=lambda: {"routine": 1, "urgent": 1, "immediate": 1})
    stall_after_percent: int = 50
    decline_confirmation_hours: dict[DeclineReason, int] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    working_days: WorkingDays = field(default_factory=WorkingDays)
    runs: Runs = field(default_factory=Runs)

    def reply_by(self, priority: Priority, now: datetime) -> datetime:
        """When an offer sent now runs out."""
        return now + timedelta(hours=self.reply_hours[priority])

    def leaves_time(self, priority: Priority, now: datetime, reply_by: datetime) -> bool:
        """Whether so much of the time to answer is left as anybody has before they are reminded."""
        return reply_by - now >= timedelta(hours=self.reply_hours[priority]) * self.remind_after_percent / 100

    def remind_at(self, now: datetime, reply_by: datetime) -> datetime:
        """When a therapist who has not answered is reminded."""
        return now + (reply_by - now) * self.remind_after_percent / 100

    def stalls_at(self, now: datetime, reply_by: datetime) -> datetime:
        """When a therapist who is thinking about an offer is asked how far they are."""
        return now + (reply_by - now) * self.stall_after_percent / 100

    def next_look_at(self, now: datetime) -> datetime:
        """When somebody who waits is looked at again, whatever happens before."""
        return now + timedelta(hours=self.look_again_hours)
