"""What can be set for matching, beside what every service needs."""

from typing import Annotated, ClassVar, get_args

from pydantic import Field, field_validator

from services.matching.domain.applications import ApplicationPolicy
from services.matching.domain.deadlines import Patience
from services.matching.domain.policy import Policy
from services.matching.domain.register_policy import RegisterPolicy
from services.matching.domain.run_policy import Rhythm, Runs
from services.matching.domain.vocabulary import DeclineReason, Priority
from services.matching.domain.working_days import WorkingDays
from services.matching.gateways.bank_holidays import bank_holidays
from shared.kernel.ids import ServiceName
from shared.settings import ServiceSettings

Hours = Annotated[int, Field(ge=1, le=24 * 28)]


class MatchingSettings(ServiceSettings):
    """The settings of matching; hours count round the clock."""

    service: ClassVar[ServiceName] = "matching"

    reply_hours: dict[Priority, Hours] = Field({"routine": 72, "urgent": 24, "immediate": 4})
    remind_after_percent: int = Field(50, ge=1, le=99)
    look_again_hours: int = Field(24, ge=1, le=24 * 14)
    sessions_planned: int = Field(10, ge=1, le=100)
    broadcast_size: dict[Priority, Annotated[int, Field(ge=1, le=5)]] = Field(
        {"routine": 1, "urgent": 1, "immediate": 1}
    )
    """How many therapists are asked at once; the first yes wins."""

    stall_after_percent: int = Field(50, ge=1, le=99)
    decline_confirmation_hours: dict[DeclineReason, Hours] = Field(default_factory=dict)
    """For which reasons a no waits so long for a word from staff before it stands; without an entry, not at all."""

    funding_minutes: int = Field(60, ge=1, le=24 * 60)
    funding_gives_up_hours: Hours = 24
    approval_working_days: int = Field(3, ge=1, le=20)
    """After so long without an approval of the money, coordinators are shown that it waits."""

    contact_working_days: int = Field(2, ge=1, le=20)
    first_session_working_days: int = Field(15, ge=1, le=120)
    therapy_quiet_days: int = Field(42, ge=1, le=366)
    weights_version: int = Field(2, ge=1)
    capacity_stale_days: int = Field(30, ge=1, le=366)
    credentials_required: bool = False
    """Whether nobody new becomes active, not even from a file, before every credential has been seen."""

    applications: ApplicationPolicy = Field(default_factory=ApplicationPolicy)
    """What is asked of applicants and how long we wait for what; as JSON, those parts that differ."""

    match_policy: Rhythm = "immediate"
    match_run_weekday: int = Field(0, ge=0, le=6)
    match_run_hour: int = Field(6, ge=0, le=23)
    match_at_once: tuple[Priority, ...] = ("immediate", "urgent")
    """Who is answered at once even where the others wait for the next daily or weekly run."""

    match_run_seconds: float = Field(20.0, gt=0, le=600)

    @property
    def policy(self) -> Policy:
        """What the charity has decided about matching, as the handlers use it."""
        return Policy(
            reply_hours=self.reply_hours,
            remind_after_percent=self.remind_after_percent,
            look_again_hours=self.look_again_hours,
            sessions_planned=self.sessions_planned,
            weights_version=self.weights_version,
            broadcast_size=dict(self.broadcast_size),
            stall_after_percent=self.stall_after_percent,
            decline_confirmation_hours=dict(self.decline_confirmation_hours),
            patience=Patience(
                funding_minutes=self.funding_minutes,
                funding_gives_up_hours=self.funding_gives_up_hours,
                approval_working_days=self.approval_working_days,
                contact_working_days=self.contact_working_days,
                first_session_working_days=self.first_session_working_days,
                therapy_quiet_days=self.therapy_quiet_days,
            ),
            working_days=WorkingDays(bank_holidays()),
            runs=Runs(
                self.match_policy,
                self.match_run_weekday,
                self.match_run_hour,
                self.match_at_once,
                self.match_run_seconds,
            ),
        )

    @property
    def register_policy(self) -> RegisterPolicy:
        """What it has decided about its register of therapists."""
        return RegisterPolicy(self.capacity_stale_days, self.credentials_required)

    @field_validator("reply_hours", "broadcast_size")
    @classmethod
    def _for_every_priority(cls, hours: dict[Priority, int]) -> dict[Priority, int]:
        missing = [priority for priority in get_args(Priority) if priority not in hours]
        if missing:
            raise ValueError(f"{', '.join(missing)} must be named too")
        return hours
