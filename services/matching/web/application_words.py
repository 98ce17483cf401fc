"""The words of the application form, its status and its review."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.matching.domain.application_answers import LANGUAGES, LEVELS, SECTIONS
from services.matching.domain.applications import Answers, Application, ApplicationState, DocumentKind, Step
from services.matching.domain.references import KNOWN_AS, OPINIONS, QUESTIONS, ReferenceState, Role
from services.matching.domain.vocabulary import AGE_WORDS, GROUP_WORDS, MODALITY_WORDS, STAGE_WORDS

Kind = Literal["text", "email", "number", "money", "radios", "checkboxes"]
YES_OR_NO = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True, slots=True)
class Field:
    """One question as the form shows it; `short` is its name where answers are listed."""

    short: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    autocomplete: str = "off"
    suffix: str = ""

    def shown(self, given: tuple[str, ...]) -> list[str]:
        """The answer in words."""
        if self.kind == "money" and given:
            return [f"£{given[0].lstrip('£')}"]
        return [self.options.get(value, value) + (f" {self.suffix}" if self.suffix else "") for value in given]


SECTION_TITLES = {
    "you": "About you",
    "training": "Your qualification and training",
    "work": "Who you work with",
    "place": "Where and how you work",
    "terms": "Your fee and your places",
    "referees": "Two people who know your work",
}
SHORT_TITLES = {
    "you": "Person",
    "training": "Qualification and training",
    "work": "Works with",
    "place": "Where and how",
    "terms": "Fee and places",
    "referees": "Named as referees",
}
_CAPITAL = {code: words[0].upper() + words[1:] for code, words in (GROUP_WORDS | AGE_WORDS | STAGE_WORDS).items()}
FIELDS: dict[str, Field] = {
    "name": Field("Name", "Your full name", autocomplete="name"),
    "email": Field(
        "E-mail", "E-mail address", "email", "Your own link to this application goes there.", autocomplete="email"
    ),
    "body": Field("Professional body", "Which body are you registered with?", hint="Like BACP, UKCP, BPS or HCPC."),
    "registration_number": Field("Registration number", "Your registration or membership number"),
    "level": Field("Qualification", "What is your highest qualification in therapy?", "radios", options=LEVELS),
    "training_days": Field(
        "Specialist training", "Days of specialist training", "number",
        "In work with people who may harm others, or with those who were harmed. Usually at least 3 days.",
        suffix="days",
    ),
    "practice_hours": Field(
        "Practice", "Hours of practice in the last twelve months", "number", "Usually at least 100 hours.",
        suffix="hours",
    ),
    "client_groups": Field(
        "Works with", "Who do you have training for and work with?", "checkboxes", "Choose all that fit.",
        {code: _CAPITAL[code] for code in GROUP_WORDS},
    ),
    "age_bands": Field(
        "Ages", "What ages?", "checkboxes", "Choose all that fit.", {code: _CAPITAL[code] for code in AGE_WORDS}
    ),
    "child_clearance": Field(
        "Clearance for children", "Do you have an enhanced clearance for work with children?", "radios",
        "Needed for anybody under 18.", YES_OR_NO,
    ),
    "legal_stages": Field(
        "Legal situations", "In which legal situations?", "checkboxes", "Choose all in which you see clients.",
        {code: _CAPITAL[code] for code in STAGE_WORDS},
    ),
    "modalities": Field(
        "Ways of working", "How do you work?", "checkboxes", "Choose all that fit.",
        {code: words[0].upper() + words[1:] for code, words in MODALITY_WORDS.items()},
    ),
    "outward_code": Field(
        "Premises", "First half of the postcode of your premises", hint="Like TQ13 or M1."
    ),
    "radius_km": Field(
        "Clients from", "From how far may clients come?", "number", "Kilometres in a straight line.", suffix="km"
    ),
    "online": Field("Online", "Do you also work online?", "radios", options=YES_OR_NO),
    "step_free_access": Field(
        "Step-free", "Can your premises be reached without steps?", "radios", options=YES_OR_NO
    ),
    "gender": Field(
        "Gender", "Are you a woman or a man?", "radios", "Some clients ask for it.", {"woman": "Woman", "man": "Man"}
    ),
    "languages": Field(
        "Languages", "In which languages do you offer therapy?", "checkboxes", "Choose all that fit.", LANGUAGES
    ),
    "session_fee": Field("Fee", "Your fee for a session", "money", "In pounds, like 60 or 62.50."),
    "places": Field(
        "Places", "How many of our clients could you see at one time?", "number", "You can change this later."
    ),
    "supervisor_name": Field("Supervisor", "Your supervisor's name"),
    "supervisor_email": Field("Supervisor's e-mail", "Your supervisor's e-mail address", "email"),
    "professional_name": Field("Second referee", "Name of another professional who knows your work"),
    "professional_email": Field("Second referee's e-mail", "Their e-mail address", "email"),
}  # fmt: skip
STATES: dict[ApplicationState, tuple[str, str]] = {
    "applied": ("Sent", "accent"),
    "documents-pending": ("Waits for documents", "warning"),
    "under-review": ("Under review", "accent"),
    "approved": ("Approved", "good"),
    "refused": ("Refused", ""),
    "withdrawn": ("Withdrawn", ""),
}
DOCUMENTS: dict[DocumentKind, str] = {
    "qualification": "Your qualification",
    "insurance": "Professional insurance of at least £2 million",
    "clearance": "Enhanced clearance for work with children",
    "training-certificate": "Certificates of specialist training",
    "body-membership": "Membership of your professional body",
    "supervision-statement": "Your supervisor's statement of hours",
}
STEPS: dict[Step, str] = {
    "qualification": "Qualification",
    "insurance": "Insurance",
    "clearance": "Clearance",
    "training-certificate": "Specialist training",
    "body-membership": "Membership of the body",
    "supervision-statement": "Supervision",
    "references": "References",
    "interview": "Interview",
}
ROLES: dict[Role, str] = {"supervisor": "Supervisor", "professional": "Second referee"}
REFERENCE_STATES: dict[ReferenceState, tuple[str, str]] = {
    "asked": ("Asked", "accent"),
    "received": ("Received", "good"),
    "expired": ("Not answered in time", "warning"),
    "replaced": ("No longer needed", ""),
}
MEDIA_TYPES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
WORDS = {
    "application_states": STATES,
    "documents": DOCUMENTS,
    "steps": STEPS,
    "roles": ROLES,
    "reference_states": REFERENCE_STATES,
    "media_types": MEDIA_TYPES,
    "known_as": KNOWN_AS,
    "opinions": OPINIONS,
    "questions": QUESTIONS,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One answer as it is listed."""

    label: str
    lines: list[str]


def rows_of(section: str, answers: Answers) -> list[Row]:
    """The answers of one section in words."""
    return [Row(FIELDS[name].short, FIELDS[name].shown(answers.get(name, ()))) for name in SECTIONS[section]]


def described(application: Application) -> list[tuple[str, list[Row]]]:
    """All answers in words, by section."""
    return [(SHORT_TITLES[section], rows_of(section, application.answers)) for section in SECTIONS]
