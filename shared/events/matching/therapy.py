"""What matching tells about therapies and their sessions."""

from datetime import date, datetime
from typing import ClassVar

from shared.events.codes import (
    SessionCancelledBy,
    TherapyOutcome,
)
from shared.events.event import Event, Seals
from shared.events.sealed import ConcernNote
from shared.kernel.ids import MatchId, ReferralId, SessionId, TherapistId


class ContactMade(Event):
    """The therapist has reached the client after accepting; the first session is being arranged."""

    type: ClassVar = "matching.contact-made.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId


class TherapyStarted(Event):
    """Client and therapist have met for the first time."""

    type: ClassVar = "matching.therapy-started.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId


class SessionBooked(Event):
    """A session is agreed; `replaces` names the one that it was moved from."""

    type: ClassVar = "matching.session-booked.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId
    session_id: SessionId
    starts_at: datetime
    replaces: SessionId | None = None


class SessionAttended(Event):
    """A session took place; `number` counts the attended ones of this match from 1."""

    type: ClassVar = "matching.session-attended.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId
    session_id: SessionId
    held_on: date
    number: int
    late: bool = False


class SessionMissed(Event):
    """The client did not come and had not cancelled."""

    type: ClassVar = "matching.session-missed.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId
    session_id: SessionId
    held_on: date


class SessionCancelled(Event):
    """A booked session will not take place; one that was only moved is told by the `replaces` of the new one."""

    type: ClassVar = "matching.session-cancelled.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId
    session_id: SessionId
    by: SessionCancelledBy


class SessionConcernRaised(Event):
    """A therapist believes that somebody may be in danger now; intake opens a safeguarding concern."""

    type: ClassVar = "matching.session-concern-raised.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"intake": ConcernNote}

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId
    session_id: SessionId | None = None


class TherapyEnded(Event):
    """The therapy is over and the therapist's place is free again."""

    type: ClassVar = "matching.therapy-ended.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId
    outcome: TherapyOutcome
