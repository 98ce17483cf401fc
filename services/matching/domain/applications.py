"""A therapist's way into the register: the states of an application, who may move it, and what is wanted of it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from services.matching.domain.references import Asked, Role
from services.matching.domain.transitions import Moves, table
from shared.kernel.ids import StaffId, TherapistId

ApplicationState = Literal["applied", "documents-pending", "under-review", "approved", "refused", "withdrawn"]
APPLICATION_STATES: tuple[ApplicationState, ...] = get_args(ApplicationState)
OPEN: frozenset[ApplicationState] = frozenset({"applied", "documents-pending", "under-review"})
CLOSED: frozenset[ApplicationState] = frozenset(APPLICATION_STATES) - OPEN
DocumentKind = Literal[
    "qualification", "insurance", "clearance", "training-certificate", "body-membership", "supervision-statement"
]
DOCUMENT_KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)
Step = Literal[
    "qualification", "insurance", "clearance", "training-certificate", "body-membership", "supervision-statement",
    "references", "interview",
]  # fmt: skip
STEPS: tuple[Step, ...] = get_args(Step)
Answers = Mapping[str, tuple[str, ...]]

APPLICATION_MOVES: Moves[ApplicationState] = table(
    "application",
    (
        ("applied", "documents-pending", "registrar system"),
        ("applied", "under-review", "registrar system"),
        ("documents-pending", "under-review", "registrar system"),
        ("under-review", "documents-pending", "registrar"),
        ("under-review", "approved", "registrar"),
        *((state, "refused", "registrar") for state in ("applied", "documents-pending", "under-review")),
        *((state, "withdrawn", "applicant") for state in ("applied", "documents-pending", "under-review")),
        *((state, "withdrawn", "system") for state in ("applied", "documents-pending")),
    ),
)


@dataclass(frozen=True, slots=True)
class ApplicationPolicy:
    """What the charity asks of applicants, and how long it waits for what."""

    lowest_level: int = 4
    training_days: int = 3
    practice_hours: int = 100
    quiet_days: int = 14
    give_up_days: int = 98
    reference_days: int = 30
    kept_days: int = 183
    most_documents: int = 20
    most_requests: int = 6
    """How often one applicant may name somebody for the same reference."""

    def __post_init__(self) -> None:
        if min(getattr(self, each.name) for each in fields(self)) < 1:
            raise ValueError("every number must be at least 1")
        if self.give_up_days < self.quiet_days:
            raise ValueError("an application is not given up before it was looked at")

    def quiet_until(self, progress_at: datetime) -> datetime:
        """When an application on which nothing has happened is looked at."""
        return progress_at + timedelta(days=self.quiet_days)

    def given_up(self, progress_at: datetime, now: datetime) -> bool:
        """Whether nothing has come from the applicant for so long that we close it."""
        return now >= progress_at + timedelta(days=self.give_up_days)


@dataclass(frozen=True, slots=True)
class Document:
    """What we keep of a document beside its content."""

    document_id: UUID
    kind: DocumentKind
    media_type: str
    size: int
    received_at: datetime
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A step of the review that a registrar has done."""

    step: Step
    done_at: datetime
    done_by: StaffId
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Application:
    """One person's application, with all that came in for it."""

    application_id: UUID
    state: ApplicationState
    answers: Answers
    submitted_at: datetime
    progress_at: datetime
    quiet: bool = False
    decided_at: datetime | None = None
    reason: str = ""
    therapist_id: TherapistId | None = None
    documents: tuple[Document, ...] = ()
    references: tuple[Asked, ...] = ()
    ticks: tuple[Tick, ...] = ()
    asked_for: tuple[DocumentKind, ...] = ()
    """Documents that a registrar has asked for beyond those that everybody sends."""

    @property
    def name(self) -> str:
        """Who applies."""
        return self.answers["name"][0]

    @property
    def email(self) -> str:
        """Where letters go."""
        return self.answers["email"][0]

    @property
    def works_with_children(self) -> bool:
        """Whether a clearance is needed."""
        return self.answers.get("child_clearance") == ("yes",)


def needed_documents(application: Application) -> tuple[DocumentKind, ...]:
    """The kinds of document without which nobody is approved; a clearance only for work with children."""
    return tuple(kind for kind in DOCUMENT_KINDS if kind != "clearance" or application.works_with_children)


def wanted_documents(application: Application) -> tuple[DocumentKind, ...]:
    """The kinds that the applicant has still to send, those asked for once more included."""
    present = {document.kind for document in application.documents}
    return tuple(
        kind
        for kind in DOCUMENT_KINDS
        if kind in application.asked_for or (kind in needed_documents(application) and kind not in present)
    )


def waiting_references(application: Application) -> tuple[Role, ...]:
    """The references that have not come."""
    there = {asked.role for asked in application.references if asked.state == "received"}
    return tuple(role for role in get_args(Role) if role not in there)


def complete(application: Application) -> bool:
    """Whether everything is there that a review needs."""
    return not wanted_documents(application) and not waiting_references(application)


def owed_by_applicant(application: Application) -> bool:
    """Whether the next thing to do is the applicant's, and not ours or a referee's."""
    return application.state in OPEN and bool(
        wanted_documents(application)
        or [role for role in waiting_references(application) if not _being_asked(application, role)]
    )


def _being_asked(application: Application, role: Role) -> bool:
    return any(asked.role == role and asked.state == "asked" for asked in application.references)


def needed_steps(application: Application) -> tuple[Step, ...]:
    """The steps of the review, in their order."""
    return tuple(step for step in STEPS if step != "clearance" or application.works_with_children)


def in_the_way(application: Application) -> tuple[str, ...]:
    """Why an application cannot be approved yet, as sentences; empty when it can."""
    ticked = {tick.step for tick in application.ticks}
    open_steps = [step for step in needed_steps(application) if step not in ticked]
    found = []
    if waiting_references(application):
        found.append("Both references must have come.")
    if wanted_documents(application):
        found.append("Every document that was asked for must have come.")
    if open_steps:
        found.append(f"{len(open_steps)} of {len(needed_steps(application))} steps are not ticked yet.")
    return tuple(found)


def can_tick(application: Application, step: Step) -> str:
    """Why a step cannot be ticked, as a sentence; empty where it can be."""
    if step == "references":
        return "Both references must have come first." if waiting_references(application) else ""
    if step == "interview" or any(document.kind == step for document in application.documents):
        return ""
    return "There is no document of this kind yet."


def below_usual(application: Application, policy: ApplicationPolicy) -> tuple[str, ...]:
    """What an applicant says that is less than the charity usually asks; a registrar weighs it."""
    asked = (
        ("training_days", policy.training_days, "days of training"),
        ("practice_hours", policy.practice_hours, "hours of practice"),
    )
    return tuple(
        f"Only {said} {words}; usually at least {least}."
        for name, least, words in asked
        if (said := int(application.answers[name][0])) < least
    )
