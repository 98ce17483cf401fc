"""What funding tells the others."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, WithJsonSchema

from shared.events.codes import AgeBand, ClientGroup, MatchEnd, MoneyLevel
from shared.events.event import Event, Seals
from shared.events.sealed import EvaluationLink, OutcomeProfile
from shared.kernel.ids import AdministrationId, AwardId, FunderId, FundId, MatchId, ReferralId, ReportId, TherapistId
from shared.kernel.money import Pence
from shared.kernel.regions import Region


class SubsidyNotNeeded(Event):
    """The client can pay the therapist's fee."""

    type: ClassVar = "funding.subsidy-not-needed.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId


class SubsidyGranted(Event):
    """Money is kept for this match: what the charity pays and what the client adds, a session."""

    type: ClassVar = "funding.subsidy-granted.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    award_id: AwardId
    sessions: int
    amount_per_session: Pence
    contribution_per_session: Pence
    valid_until: date


class SubsidyWaitlisted(Event):
    """No fund can pay for this match now; it is looked at again when money comes in."""

    type: ClassVar = "funding.subsidy-waitlisted.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    shortfall: Pence


class SubsidyReleased(Event):
    """Money kept for a match is free for somebody else."""

    type: ClassVar = "funding.subsidy-released.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    award_id: AwardId
    amount: Pence
    reason: MatchEnd | None = None


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


class OutcomeScored(Event):
    """A finished therapy was scored; how it went is for matching alone, which counts it, and never shows one case."""

    type: ClassVar = "funding.outcome-scored.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"matching": OutcomeProfile}

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId


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


class EvaluationDue(Event):
    """A few questions wait for the client or the therapist; `reminder` counts from 0 for the first letter."""

    type: ClassVar = "funding.evaluation-due.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"notifications": EvaluationLink}

    referral_id: ReferralId
    administration_id: AdministrationId
    respondent: Literal["client", "therapist"]
    therapist_id: TherapistId
    reminder: int


class RiskAnswered(Event):
    """An answer in an evaluation form says that somebody may be in danger; intake opens a safeguarding concern."""

    type: ClassVar = "funding.risk-answered.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    administration_id: AdministrationId


class TherapistFeeDue(Event):
    """A therapist owes the charity a fee and is written to; `reminder` counts from 0 for the first letter."""

    type: ClassVar = "funding.therapist-fee-due.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    fee_id: UUID
    reminder: int


class TherapistFeeOverdue(Event):
    """A therapist owes the charity a fee past its last reminder; no new offers go out until it is settled."""

    type: ClassVar = "funding.therapist-fee-overdue.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId


class TherapistFeeSettled(Event):
    """A therapist owes nothing that is overdue any more: paid or waived."""

    type: ClassVar = "funding.therapist-fee-settled.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
