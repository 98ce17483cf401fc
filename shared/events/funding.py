"""What funding tells the others."""

from datetime import date
from typing import ClassVar

from shared.events.codes import MatchEnd
from shared.events.event import Event
from shared.kernel.ids import AwardId, FunderId, FundId, MatchId, ReferralId
from shared.kernel.money import Pence


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
