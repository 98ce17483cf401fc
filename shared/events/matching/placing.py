"""What matching tells about placing clients."""

from datetime import datetime
from typing import ClassVar

from shared.events.codes import (
    MatchEnd,
    WaitReason,
)
from shared.events.event import Event
from shared.kernel.ids import MatchId, ReferralId, RunId, TherapistId
from shared.kernel.money import Pence


class MatchProposed(Event):
    """A therapist with a free place fits; funding and the therapist have yet to agree."""

    type: ClassVar = "matching.match-proposed.v1"
    key: ClassVar = "referral_id"

    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    session_fee: Pence
    sessions_planned: int


class MatchWithdrawn(Event):
    """A proposed match will not go on; money kept for it is free again."""

    type: ClassVar = "matching.match-withdrawn.v1"
    key: ClassVar = "referral_id"

    match_id: MatchId
    referral_id: ReferralId
    reason: MatchEnd


class ReferralWaitlisted(Event):
    """Nobody can be offered now; the reason says what will wake it, and `next_look_at` when it is looked at anyway."""

    type: ClassVar = "matching.referral-waitlisted.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    reason: WaitReason
    next_look_at: datetime


class TriageWanted(Event):
    """A therapist says that the need is not as described: intake looks at the referral once more."""

    type: ClassVar = "matching.triage-wanted.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId


class MatchRunFinished(Event):
    """Everyone who waited was looked at together; `optimal` says that no better placing exists under the rules."""

    type: ClassVar = "matching.match-run-finished.v1"
    key: ClassVar = "run_id"

    run_id: RunId
    waiting: int
    placed: int
    optimal: bool
