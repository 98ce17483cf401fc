"""A report in words: its period, the numbers on top with what changed, and what its hidden figures mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.kernel.money import Pence, pounds

LABELS = {
    "people": ("People helped", "who had their first session"),
    "sessions": ("Sessions", "held in the period"),
    "promised": ("Promised to clients", "in the period"),
    "soon": ("Seen within 6 weeks", "of asking for help"),
    "better": ("Better afterwards", "recovered or improved"),
    "hopes": ("Reached their hopes", "wholly or partly"),
}
SHARED = {"soon": "people", "better": "outcomes", "hopes": "outcomes"}
"""Which numbers are shares, and of whom."""
POLICIES = {
    "nhs-secondary-care": "Counts from 1 to 7 are hidden, all others are rounded to the nearest 5.",
    "nhs-mental-health": "Counts below 5 are hidden, nobody at all too, and all others are rounded to the nearest 5.",
}


@dataclass(frozen=True, slots=True)
class Number:
    """One of the six numbers on top."""

    label: str
    shown: str
    beside: str
    change: str

    @property
    def is_figure(self) -> bool:
        """Whether there is a figure at all, or words in its place."""
        return any(character.isdigit() for character in self.shown)


def headline(content: Mapping[str, Any]) -> list[Number]:
    """The six numbers, each with the change since the report of the period just before, where both may be seen."""
    before = content["numbers_before"] or {}
    numbers = content["numbers"]
    return [
        Number(label, _shown(name, numbers[name], content), beside, _change(name, numbers[name], before))
        for name, (label, beside) in LABELS.items()
    ]


def period_in_words(content: Mapping[str, Any]) -> str:
    """`1 January to 31 March 2026`; the year of the first day only where it is another."""
    first, last = date.fromisoformat(content["from"]), last_day_of(content)
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B} {last.year}"


def last_day_of(content: Mapping[str, Any]) -> date:
    """The last day of a report's period."""
    return date.fromisoformat(content["until"]) - timedelta(days=1)


def policy_in_words(content: Mapping[str, Any]) -> str:
    """What is hidden, and why."""
    return (
        f"{POLICIES[content['policy']]} Some more are hidden where somebody could otherwise work out a small one, "
        "from the totals or from an earlier report. Shares are worked out from the figures that are shown."
    )


def _shown(name: str, value: int | None, content: Mapping[str, Any]) -> str:
    if value is None:
        counted = content[SHARED[name]] if name in SHARED else None
        if counted is None or counted["all"] != 0:
            return "hidden"
        return "nobody yet" if name == "soon" else "no answers yet"
    if name == "promised":
        return pounds(Pence(value))
    return f"{value}%" if name in SHARED else str(value)


def _change(name: str, value: int | None, before: Mapping[str, int | None]) -> str:
    was = before.get(name)
    if value is None or was is None:
        return ""
    if value == was:
        return "as before"
    sign, by = ("+" if value > was else "−"), abs(value - was)
    shown = pounds(Pence(by)) if name == "promised" else f"{by} points" if name in SHARED else str(by)
    return f"{sign}{shown} since the period before"
