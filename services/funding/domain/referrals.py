"""What funding knows of a referral: whether help goes on, how urgent it is, and what the client can pay."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.funding.domain.funds import Person
from services.funding.domain.vocabulary import Means, Priority
from shared.kernel.ids import ReferralId

Standing = Literal["suitable", "not-suitable", "closed"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides about money, a region and no address; and, only where they may be counted, two codes more."""

    person: Person
    means: Means
    affordable_per_session: int | None = None
    source: str | None = None
    legal_stage: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """One request for help; the profile is gone once it is closed."""

    referral_id: ReferralId
    standing: Standing
    priority: Priority
    received_at: datetime
    subsidy_agreed: bool
    profile: Profile | None = None
    evaluation_agreed: bool = False
    statistics_agreed: bool = False
