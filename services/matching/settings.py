"""What can be set for matching, beside what every service needs."""

from typing import ClassVar

from pydantic import Field

from services.matching.domain.policy import Policy
from services.matching.domain.vocabulary import Priority
from shared.kernel.ids import ServiceName
from shared.settings import ServiceSettings


class MatchingSettings(ServiceSettings):
    """The settings of matching; hours count round the clock."""

    service: ClassVar[ServiceName] = "matching"

    reply_hours: dict[Priority, int] = Field({"routine": 72, "urgent": 24, "immediate": 4})
    remind_after_percent: int = Field(50, ge=1, le=99)
    look_again_hours: int = Field(24, ge=1, le=24 * 14)
    sessions_planned: int = Field(10, ge=1, le=100)
    weights_version: int = Field(1, ge=1)

    @property
    def policy(self) -> Policy:
        """What the charity has decided about matching, as the handlers use it."""
        return Policy(
            reply_hours=self.reply_hours,
            remind_after_percent=self.remind_after_percent,
            look_again_hours=self.look_again_hours,
            sessions_planned=self.sessions_planned,
            weights_version=self.weights_version,
        )
