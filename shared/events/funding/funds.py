"""What funding tells about money as a whole: what came in, how far it goes, and what its funders should know."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, WithJsonSchema

from shared.events.codes import AgeBand, ClientGroup, FunderLetterKind, FundMilestone, MoneyLevel
from shared.events.event import Event, Seals
from shared.events.sealed import Letter
from shared.kernel.ids import FunderId, FundId, LetterId, ReportId
from shared.kernel.money import Pence
from shared.kernel.regions import Region


class FundReceived(Event):
    """Money came in for a fund."""

    type: ClassVar = "funding.fund-received.v1"
    key: ClassVar = "fund_id"

    fund_id: FundId
    funder_id: FunderId
    amount: Pence


class FundThresholdCrossed(Event):
    """So much of a fund is promised or spent that its funder should know."""

    type: ClassVar = "funding.fund-threshold-crossed.v1"
    key: ClassVar = "fund_id"

    fund_id: FundId
    funder_id: FunderId
    percent_used: int


class MoneyLine(BaseModel):
    """Money of one kind: for whom it is (an empty list means everybody), and how far it goes.

    Of each session's fee it pays at most `most_per_session` and at most `share_of_fee` per cent; absent means no limit.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    client_groups: tuple[ClientGroup, ...] = ()
    age_bands: tuple[AgeBand, ...] = ()
    regions: tuple[Region, ...] = ()
    most_per_session: Pence | None = None
    share_of_fee: int | None = None
    until: date | None = None
    level: MoneyLevel


class FundingOutlookChanged(Event):
    """For which kinds of case there is money now, coarse; the highest version is the newest and replaces the others."""

    type: ClassVar = "funding.funding-outlook-changed.v1"
    key: ClassVar = "outlook_id"

    outlook_id: Literal["money"]
    version: int
    lines: Annotated[tuple[MoneyLine, ...], WithJsonSchema({"type": "array", "items": MoneyLine.model_json_schema()})]


class ReportPublished(Event):
    """A report about a fund is there to read, from `from_day` until before `until_day`."""

    type: ClassVar = "funding.report-published.v1"
    key: ClassVar = "fund_id"

    report_id: ReportId
    fund_id: FundId
    funder_id: FunderId
    from_day: date
    until_day: date
    sha256: str


class FundMilestoneReached(Event):
    """Something about a fund that its funder, or our finance staff, should know, with the day that it is about."""

    type: ClassVar = "funding.fund-milestone-reached.v1"
    key: ClassVar = "fund_id"

    fund_id: FundId
    funder_id: FunderId
    milestone: FundMilestone
    day: date


class FunderLetterRequested(Event):
    """Somebody at a funder is to be written to."""

    type: ClassVar = "funding.funder-letter-requested.v1"
    key: ClassVar = "funder_id"
    seals: ClassVar[Seals] = {"notifications": Letter}

    funder_id: FunderId
    letter_id: LetterId
    kind: FunderLetterKind
