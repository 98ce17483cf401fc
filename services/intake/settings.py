"""What intake is told from outside, beside what every service is told."""

from typing import ClassVar

from pydantic import Field

from shared.kernel.ids import ServiceName
from shared.settings import ServiceSettings
from shared.web.visits import SOMEWHERE_ELSE


class IntakeSettings(ServiceSettings):
    """The settings of intake: where Exit leads to, how much one API key may send, how often receipts may be tried."""

    service: ClassVar[ServiceName] = "intake"

    exit_leads_to: str = SOMEWHERE_ELSE
    requests_a_minute: int = Field(60, ge=1, le=10_000)
    receipts_in_ten_minutes: int = Field(10, ge=1, le=1000)
