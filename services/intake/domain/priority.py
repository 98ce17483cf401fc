"""How soon a referral must be looked at: proposed by rules, overridden by people with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from services.intake.domain.answers import Need
from services.intake.domain.codes import CHILD_BANDS, Priority

ORDER: tuple[Priority, ...] = ("routine", "urgent", "immediate")

LOOK_WITHIN: dict[Priority, timedelta] = {
    "immediate": timedelta(hours=1),
    "urgent": timedelta(hours=8),
    "routine": timedelta(hours=24),
}
"""How long a referral may wait for a person before it counts as late."""


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """One reason for a priority above routine."""

    code: str
    sentence: str
    priority: Priority
    applies: Callable[[Need], bool]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The highest priority that any rule asks for, and the sentences of the rules that applied."""

    priority: Priority
    reasons: tuple[str, ...]


RULES: tuple[PriorityRule, ...] = (
    PriorityRule("danger-now", "Somebody may be in danger now.", "immediate", lambda need: need.danger == "yes"),
    PriorityRule("danger-unsure", "Danger is not ruled out.", "urgent", lambda need: need.danger == "unsure"),
    PriorityRule("child", "The client is under 18.", "urgent", lambda need: need.age_band in CHILD_BANDS),
    PriorityRule(
        "crisis-of-arrest",
        "The police have become involved; this is when people are most at risk.",
        "urgent",
        lambda need: need.legal_stage in ("investigated", "bail"),
    ),
    PriorityRule(
        "released", "The client has come out of prison.", "urgent", lambda need: need.legal_stage == "released"
    ),
)


def propose_priority(need: Need) -> Proposal:
    """The priority that the rules propose, with the reasons to show."""
    found = [rule for rule in RULES if rule.applies(need)]
    highest = max((ORDER.index(rule.priority) for rule in found), default=0)
    return Proposal(ORDER[highest], tuple(rule.sentence for rule in found))
