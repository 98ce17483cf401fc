"""Why a client waits, what ends it, and in which order those who wait are looked at."""

from collections.abc import Iterable
from datetime import datetime

from services.matching.domain.outcomes import Fails
from services.matching.domain.pair_rules import ASKED_BEFORE, CONFLICT
from services.matching.domain.vocabulary import Priority, WaitReason

URGENCY: dict[Priority, int] = {"immediate": 0, "urgent": 1, "routine": 2}
WOKEN_BY_A_THERAPIST: frozenset[WaitReason] = frozenset(
    {"nobody-near", "no-such-skill", "no-free-place", "everyone-asked"}
)
"""Reasons that end when a therapist joins, comes back, changes or has a place again."""

NOT_NOW = frozenset({"free-place", "standing", "fees-overdue"})
SETTLED_PAIR = frozenset({ASKED_BEFORE, CONFLICT, "client-veto"})
"""Rules about this client and this therapist; a conflict is no reason of its own, which would tell of it."""


def reason_to_wait(failures: Iterable[tuple[Fails, ...]]) -> WaitReason:
    """The reason nearest to being solved: a free place, then somebody not asked yet, then skill, then nearness."""
    codes = [{failure.code for failure in of_one} for of_one in failures]
    if any(failing == {"free-place"} for failing in codes):
        return "no-free-place"
    if any(failing & SETTLED_PAIR and failing <= SETTLED_PAIR | NOT_NOW for failing in codes):
        return "everyone-asked"
    if any(failing <= NOT_NOW for failing in codes):
        return "no-free-place"
    if any("reach" not in failing for failing in codes):
        return "no-such-skill"
    return "nobody-near"


def order_of_waiting(priority: Priority, received_at: datetime, lot: str) -> tuple[int, datetime, str]:
    """Sorts those who wait: the most urgent first, then whoever has waited longest, then by lot."""
    return (URGENCY[priority], received_at, lot)
