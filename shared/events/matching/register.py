"""What matching tells about therapists and those who vouch for them."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.events.codes import (
    LetterKind,
    TherapistStanding,
)
from shared.events.event import Event, Seals
from shared.events.sealed import Letter, TherapistProfile
from shared.kernel.ids import LetterId, TherapistId


class TherapistStandingChanged(Event):
    """A therapist may, or may no longer, be offered clients."""

    type: ClassVar = "matching.therapist-standing-changed.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    standing: TherapistStanding


class TherapistCapacityChanged(Event):
    """A therapist has more or fewer places than before."""

    type: ClassVar = "matching.therapist-capacity-changed.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    maximum: int
    available: int


class LetterRequested(Event):
    """Somebody outside is to be written to: a therapist, a referee or a supervisor."""

    type: ClassVar = "matching.letter-requested.v1"
    key: ClassVar = "subject_id"
    seals: ClassVar[Seals] = {"notifications": Letter}

    subject_id: UUID
    """The therapist or the application that the letter is about; orders letters."""
    letter_id: LetterId
    kind: LetterKind


class TherapistSessionOpened(Event):
    """A therapist signed in to the portal; the cookie whose SHA-256 is `session_hash` is good until `expires_at`."""

    type: ClassVar = "matching.therapist-session-opened.v1"
    key: ClassVar = "therapist_id"
    seals: ClassVar[Seals] = {"funding": TherapistProfile}

    therapist_id: TherapistId
    session_hash: str
    expires_at: datetime


class TherapistSessionClosed(Event):
    """A therapist's session ended: signed out, or closed by the charity."""

    type: ClassVar = "matching.therapist-session-closed.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    session_hash: str
