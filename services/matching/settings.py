"""What can be set for matching, beside what every service needs."""

from typing import Annotated, ClassVar, get_args

from pydantic import Field, field_validator

from services.matching.domain.applications import ApplicationPolicy
from services.matching.domain.policy import Policy
from services.matching.domain.register_policy import RegisterPolicy
from services.matching.domain.run_policy import Rhythm, Runs
from services.matching.domain.vocabulary import Priority
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

    @field_validator("reply_hours")
    @classmethod
    def _for_every_priority(cls, hours: dict[Priority, int]) -> dict[Priority, int]:
        missing = [priority for priority in get_args(Priority) if priority not in hours]
        if missing:
            raise ValueError(f"the hours for {', '.join(missing)} are missing")
        return hours
