"""Which referrals go straight on, and which a person must look at first, with the reasons."""

from collections.abc import Callable
from dataclasses import dataclass

from services.intake.domain.answers import Submission
from services.intake.domain.codes import CHILD_BANDS, NO_LEGAL_STAGE


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason why a person must look; `code` is kept with the referral, the sentence is shown to staff."""

    code: str
    name: str
    sentence: str
    applies: Callable[[Submission], bool]


@dataclass(frozen=True, slots=True)
class StraightOn:
    """Nothing speaks against looking for a therapist at once."""


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """Somebody must look first; `reasons` are codes of rules, in the order of the list."""

    reasons: tuple[str, ...]


def _stage_missing(asked: Submission) -> bool:
    need = asked.need
    return need.legal_stage is None and need.client_group is not None and need.client_group not in NO_LEGAL_STAGE


RULES: tuple[Rule, ...] = (
    Rule(
        "danger-now",
        "Somebody is in danger",
        "They say that somebody may be in danger now.",
        lambda asked: asked.need.danger == "yes",
    ),
    Rule(
        "danger-unsure",
        "Danger is possible",
        "They are not sure whether somebody is in danger.",
        lambda asked: asked.need.danger == "unsure",
    ),
    Rule(
        "under-18", "Child or young person", "The client is under 18.", lambda asked: asked.need.age_band in CHILD_BANDS
    ),
    Rule(
        "own-words",
        "Something to read",
        "They wrote a few words that nobody has read yet.",
        lambda asked: bool(asked.words),
    ),
    Rule(
        "kind-not-said",
        "Kind of help not said",
        "They would rather say on the phone what it is about.",
        lambda asked: asked.need.client_group is None,
    ),
    Rule(
        "stage-not-said",
        "Legal stage not said",
        "They did not say whether the authorities are involved.",
        _stage_missing,
    ),
    Rule(
        "in-prison",
        "In prison",
        "The client is in prison, so that access must be arranged.",
        lambda asked: asked.need.legal_stage == "prison",
    ),
    Rule(
        "asked-by-another",
        "Asked by somebody else",
        "Somebody close to the client asks, and not the client.",
        lambda asked: asked.need.asker == "close-person",
    ),
    Rule(
        "no-way-to-reach",
        "No way to reach",
        "They can be reached only through their code.",
        lambda asked: asked.contact.channel == "none",
    ),
    Rule(
        "other-language",
        "Language to arrange",
        "They need a language that is not on our list.",
        lambda asked: asked.need.other_language,
    ),
)

SENTENCES = {rule.code: rule.sentence for rule in RULES}


def triage(asked: Submission) -> StraightOn | NeedsPerson:
    """Apply every rule; one that applies is enough for a person to look."""
    reasons = tuple(rule.code for rule in RULES if rule.applies(asked))
    return NeedsPerson(reasons) if reasons else StraightOn()


def is_dangerous(asked: Submission) -> bool:
    """Whether a safeguarding concern is opened at once."""
    return asked.need.danger == "yes"
