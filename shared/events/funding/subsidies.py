"""What funding tells about the money for one client."""

from datetime import date
from typing import ClassVar

from shared.events.codes import MatchEnd
from shared.events.event import Event, Seals
from shared.events.sealed import MeansLink
from shared.kernel.ids import AwardId, MatchId, MeansTestId, ReferralId
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


class MeansWanted(Event):
    """The client is asked what they live on, so that it can be worked out what they add; `reminder` counts from 0."""

    type: ClassVar = "funding.means-wanted.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"notifications": MeansLink}

    referral_id: ReferralId
    means_test_id: MeansTestId
    reminder: int


class SubsidyApprovalWanted(Event):
    """Money is kept for this match, and somebody who may approve so much has to agree; `level` counts from 1."""

    type: ClassVar = "funding.subsidy-approval-wanted.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    award_id: AwardId
    level: int


class SubsidyApprovalDecided(Event):
    """Who may approve said yes or no, or nobody did in time; after a no the client keeps their place."""

    type: ClassVar = "funding.subsidy-approval-decided.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    award_id: AwardId
    approved: bool


class SubsidyToppedUp(Event):
    """An award that runs was made larger: so many sessions in all, and what is paid and added for each from now on."""

    type: ClassVar = "funding.subsidy-topped-up.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    award_id: AwardId
    sessions: int
    amount_per_session: Pence
    contribution_per_session: Pence
    valid_until: date
