"""What the charity has decided about subsidies, as numbers that can be set."""

from dataclasses import dataclass, field
from datetime import timedelta

from services.funding.domain.bank_files import Payer
from services.funding.domain.milestones import Notice
from services.funding.domain.outlook import Scale
from services.funding.domain.small_numbers import PresetName


@dataclass(frozen=True, slots=True)
class Policy:
    """How long money is kept without an answer, how long and how large awards are, and when funders are told."""

    reservation_days: int = 28
    award_days: int = 365
    most_sessions: int = 24
    thresholds: tuple[int, ...] = (80, 100)
    scale: Scale = field(default=Scale())
    """From where on money counts as scarce or good."""

    small_numbers: PresetName = "nhs-secondary-care"
    """By which rule small counts are hidden in what leaves the house."""
    review_after_sessions: int = 6
    evaluation_hours: int = 24
    """How long after a first session, a review or an end somebody is asked how it goes."""
    reminder_days: tuple[int, ...] = (7, 14)
    evaluation_days: int = 42
    """After this, nobody is asked any more."""

    means_months: int = 12
    """For how long what came of a means test counts."""
    means_days: int = 28
    """After this, nobody is asked any more what they live on."""

    notice: Notice = field(default=Notice())
    """How long before a last day, or a report, funders and finance are told."""
    late_session_days: int = 14
    """So long after the last day of an award sessions of before can still be noted, before the rest is released."""
    payer: Payer = field(default=Payer())
    """The account from which therapists are paid."""
    next_look_days: int = 14
    """How long after nobody agreed to an award it is put to them again at the latest."""

    @property
    def until_next_look(self) -> timedelta:
        """How long somebody to whom nobody agreed waits before it is put to them again."""
        return timedelta(days=self.next_look_days)

    @property
    def late_sessions(self) -> timedelta:
        """How long after its last day an award waits for sessions that were held before."""
        return timedelta(days=self.late_session_days)

    @property
    def evaluation_after(self) -> timedelta:
        """How long after a moment of a therapy somebody is asked about it."""
        return timedelta(hours=self.evaluation_hours)

    def reminder_after(self, reminded: int) -> timedelta:
        """How long after the first letter, or after the reminder numbered `reminded`, something follows."""
        days = (0, *self.reminder_days, self.evaluation_days)
        return timedelta(days=days[reminded + 1] - days[reminded])

    @property
    def reservation_time(self) -> timedelta:
        """How long a reservation waits for the therapist's answer."""
        return timedelta(days=self.reservation_days)

    def means_reminder_after(self, reminded: int) -> timedelta:
        """How long after asking what somebody lives on, or after reminder `reminded`, something follows."""
        days = (0, *self.reminder_days, self.means_days)
        return timedelta(days=days[reminded + 1] - days[reminded])
