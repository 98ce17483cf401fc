"""What can be set for funding, beside what every service needs."""

from typing import Annotated, ClassVar

from pydantic import Field

from services.funding.domain.bank_files import Payer
from services.funding.domain.milestones import Notice
from services.funding.domain.outlook import Scale
from services.funding.domain.policy import Policy
from services.funding.domain.small_numbers import PresetName
from shared.kernel.ids import ServiceName
from shared.settings import ServiceSettings


class FundingSettings(ServiceSettings):
    """The settings of funding; `fund_thresholds` are per cent of what a fund received.

    Money of one kind counts as good where it is enough for `money_good_for_clients` more ordinary therapies, and as
    scarce once it is enough for fewer than seven tenths of that.
    """

    service: ClassVar[ServiceName] = "funding"

    reservation_days: int = Field(28, ge=1, le=365)
    award_days: int = Field(365, ge=1, le=1100)
    most_sessions: int = Field(24, ge=1, le=200)
    money_good_for_clients: int = Field(10, ge=3, le=1000)
    small_numbers: PresetName = "nhs-secondary-care"
    review_after_sessions: int = Field(6, ge=1, le=100)
    evaluation_hours: int = Field(24, ge=0, le=24 * 14)
    evaluation_days: int = Field(42, ge=15, le=200)
    late_session_days: int = Field(14, ge=0, le=365)
    next_look_days: int = Field(14, ge=1, le=90)
    expiring_days: tuple[Annotated[int, Field(ge=1, le=400)], ...] = (60, 14)
    report_days: int = Field(14, ge=1, le=200)
    payer_service_user: str = Field("", pattern=r"^([0-9]{6})?$")
    payer_name: str = Field("", pattern=r"^[A-Z0-9 .&/-]{0,18}$")
    payer_sort_code: str = Field("", pattern=r"^([0-9]{6})?$")
    payer_account_number: str = Field("", pattern=r"^([0-9]{8})?$")
    means_months: int = Field(12, ge=1, le=60)
    means_days: int = Field(28, ge=15, le=200)
    fund_thresholds: tuple[Annotated[int, Field(ge=1, le=100)], ...] = (80, 100)

    @property
    def policy(self) -> Policy:
        """What the charity has decided about subsidies, as the handlers use it."""
        thresholds = tuple(sorted(set(self.fund_thresholds)))
        good_from = self.money_good_for_clients
        scale = Scale(good_from=good_from, good_until=good_from * 7 // 10)
        return Policy(
            self.reservation_days,
            self.award_days,
            self.most_sessions,
            thresholds,
            scale=scale,
            small_numbers=self.small_numbers,
            review_after_sessions=self.review_after_sessions,
            evaluation_hours=self.evaluation_hours,
            evaluation_days=self.evaluation_days,
            late_session_days=self.late_session_days,
            next_look_days=self.next_look_days,
            notice=Notice(self.expiring_days, self.report_days),
            payer=Payer(self.payer_service_user, self.payer_name, self.payer_sort_code, self.payer_account_number),
            means_months=self.means_months,
            means_days=self.means_days,
        )
