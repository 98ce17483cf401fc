"""What two people say about an applicant: who they are, what they are asked, and how long they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from services.matching.domain.transitions import Moves, table

Role = Literal["supervisor", "professional"]
ReferenceState = Literal["asked", "received", "expired", "replaced"]
KnownAs = Literal["supervisor", "manager", "colleague", "tutor", "other"]
Opinion = Literal["yes", "with-doubts", "no", "cannot-say"]

LONGEST_STATEMENT = 4000
QUESTIONS: dict[str, str] = {
    "competent": "Is their work with clients competent?",
    "boundaries": "Do they keep clear boundaries?",
    "reflective": "Do they reflect on their work and use supervision well?",
    "trusted": "Would you send somebody close to you to them?",
}
OPINIONS: dict[Opinion, str] = {
    "yes": "Yes", "with-doubts": "With doubts", "no": "No", "cannot-say": "I cannot say",
}  # fmt: skip
KNOWN_AS: dict[KnownAs, str] = {
    "supervisor": "I supervise their work",
    "manager": "I manage or have managed them",
    "colleague": "We work or have worked together",
    "tutor": "I have taught them",
    "other": "In another way",
}

REFERENCE_MOVES: Moves[ReferenceState] = table(
    "reference",
    (
        ("asked", "received", "referee"),
        ("asked", "expired", "system"),
        ("asked", "replaced", "applicant registrar system"),
        ("expired", "replaced", "applicant registrar"),
    ),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a referee says."""

    known_as: KnownAs
    years: int
    opinions: Mapping[str, Opinion]
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A person who was asked for a reference, and what came of it."""

    reference_id: UUID
    application_id: UUID
    role: Role
    state: ReferenceState
    name: str
    email: str
    asked_at: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    statement: Statement | None = None


def statement_from(answers: Mapping[str, str]) -> Statement | dict[str, str]:
    """What was said, or a sentence for each question whose answer cannot be used."""
    wrong: dict[str, str] = {}
    known_as = next((code for code in get_args(KnownAs) if code == answers.get("known_as")), None)
    if known_as is None:
        wrong["known_as"] = "Choose how you know them."
    typed = answers.get("years", "")
    years = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 2 else -1
    if not 0 <= years <= 60:
        wrong["years"] = "Enter for how many years you have known them, as a whole number from 0 to 60."
    opinions: dict[str, Opinion] = {}
    for name, question in QUESTIONS.items():
        opinion = next((code for code in OPINIONS if code == answers.get(name)), None)
        if opinion is None:
            wrong[name] = f"Choose an answer: {question[0].lower()}{question[1:]}"
        else:
            opinions[name] = opinion
    words = answers.get("words", "")
    if not words:
        wrong["words"] = "Say a few words in your own way."
    elif len(words) > LONGEST_STATEMENT:
        wrong["words"] = "Please shorten this to 4,000 characters."
    if wrong or known_as is None:
        return wrong
    return Statement(known_as, years, opinions, words)
