"""What each role may see on the board: what a person needs is for those who help, money for those who keep it."""

from collections.abc import Collection
from dataclasses import dataclass

from services.notifications.domain.card import Flag

CASE_ROLES = frozenset({"coordinator", "triage", "safeguarding"})
MONEY_ROLES = frozenset({"coordinator", "finance"})
MONEY_FLAGS: frozenset[Flag] = frozenset({"no-money", "approval", "not-approved"})
CASE_FLAGS: frozenset[Flag] = frozenset(
    {
        "concern",
        "escalated",
        "message",
        "consent-withdrawn",
        "turned-down",
        "given-up",
        "more-information",
        "unreached",
        "stalled",
    }
)


@dataclass(frozen=True, slots=True)
class View:
    """Which parts of a card are shown, and what may be done from it."""

    case: bool
    """Client group, area, priority, and the flags about the person."""
    money: bool
    """Shortfall and the flag for missing money."""
    safeguarding: bool
    """The way into the safeguarding queue; that a concern is open is told to everybody."""
    reveal: bool
    """Asking intake who the client is, with a reason that is logged."""

    def flags(self, flags: Collection[Flag]) -> tuple[Flag, ...]:
        """Those of `flags` that this person sees."""
        seen = (CASE_FLAGS if self.case else frozenset()) | (MONEY_FLAGS if self.money else frozenset())
        return tuple(flag for flag in flags if flag in seen)


def view_for(roles: Collection[str]) -> View:
    """What somebody with these roles sees; with several, everything that any of them sees."""
    case = bool(CASE_ROLES & set(roles))
    return View(case=case, money=bool(MONEY_ROLES & set(roles)), safeguarding="safeguarding" in roles, reveal=case)
