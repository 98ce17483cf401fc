"""What can be set for funding, beside what every service needs."""

from typing import Annotated, ClassVar

from pydantic import Field

from services.funding.domain.policy import Policy
from shared.kernel.ids import ServiceName
from shared.settings import ServiceSettings


class FundingSettings(ServiceSettings):
    """The settings of funding; `fund_thresholds` are per cent of what a fund received."""

    service: ClassVar[ServiceName] = "funding"

    reservation_days: int = Field(28, ge=1, le=365)
    award_days: int = Field(365, ge=1, le=1100)
    most_sessions: int = Field(24, ge=1, le=200)
    fund_thresholds: tuple[Annotated[int, Field(ge=1, le=100)], ...] = (80, 100)

    @property
    def policy(self) -> Policy:
        """What the charity has decided about subsidies, as the handlers use it."""
        thresholds = tuple(sorted(set(self.fund_thresholds)))
        return Policy(self.reservation_days, self.award_days, self.most_sessions, thresholds)
