"""What a therapist must be able to show: the kinds, what the charity asks of each, and whether evidence is enough."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args
from uuid import UUID

CredentialKind = Literal[
    "specialist-training", "insurance", "development-hours", "practice-hours", "specialist-supervision", "clearance",
    "body-membership",
]  # fmt: skip
KINDS: tuple[CredentialKind, ...] = get_args(CredentialKind)
RECORDED: tuple[CredentialKind, ...] = tuple(kind for kind in KINDS if kind != "specialist-supervision")
"""The kinds that a registrar records; supervision is counted from its log."""
ClearanceLevel = Literal["basic", "standard", "enhanced"]
KIND_WORDS: dict[CredentialKind, str] = {
    "specialist-training": "Specialist training",
    "insurance": "Insurance",
    "development-hours": "Development hours",
    "practice-hours": "Practice hours",
    "specialist-supervision": "Specialist supervision",
    "clearance": "Clearance",
    "body-membership": "Membership of a body",
}
UNIT_WORDS: dict[CredentialKind, str] = {
    "specialist-training": "days",
    "insurance": "pounds of cover",
    "development-hours": "hours",
    "practice-hours": "hours",
}
"""In what the amount is counted; kinds that are not here have none."""
LEVEL_WORDS: dict[ClearanceLevel, str] = {
    "basic": "Basic",
    "standard": "Standard",
    "enhanced": "Enhanced: needed for work with children",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What the charity asks of one kind from a day on; pence, days, hours or, for supervision, minutes a month."""

    kind: CredentialKind
    valid_from: date
    required: bool
    minimum: int | None = None
    minimum_on_this_work: int | None = None
    lasts_months: int | None = None
    needs_expiry: bool = False
    grace_days: int = 0
    warn_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was shown. It holds to the end of the day on which it expires; without one it holds for good."""

    kind: CredentialKind
    issued_on: date
    expires_on: date | None = None
    amount: int | None = None
    on_this_work: int | None = None
    level: ClearanceLevel | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """Evidence that somebody has seen, when, and who it was; the name may be left unread."""

    credential_id: UUID
    evidence: Evidence
    recorded_on: date
    recorded_by: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Which answer about a credential cannot be so, and why."""

    field: str
    sentence: str


def checked_evidence(given: Evidence, requirement: Requirement, today: date) -> Evidence | tuple[Wrong, ...]:
    """The evidence with the day on which it runs out, or everything that is wrong with it."""
    months = requirement.lasts_months
    dated = given if months is None else replace(given, expires_on=_months_after(given.issued_on, months))
    wrong = (*_wrong_days(dated, requirement, today), *_wrong_amounts(dated, requirement))
    return wrong or dated


def _wrong_days(given: Evidence, requirement: Requirement, today: date) -> tuple[Wrong, ...]:
    ends = "issued_on" if requirement.lasts_months else "expires_on"
    if given.issued_on > today:
        return (Wrong("issued_on", "This day is in the future. Enter the day on the document."),)
    if given.expires_on is None:
        return (Wrong("expires_on", "Enter the last day on which it holds."),) if requirement.needs_expiry else ()
    if given.expires_on < given.issued_on:
        return (Wrong(ends, "It cannot run out before it began."),)
    if given.expires_on < today:
        return (Wrong(ends, "This has run out already, so it does not count any more."),)
    return ()


def _wrong_amounts(given: Evidence, requirement: Requirement) -> tuple[Wrong, ...]:
    wrong: list[Wrong] = []
    if requirement.minimum is not None and (given.amount is None or given.amount < requirement.minimum):
        wrong.append(Wrong("amount", f"At least {amount_words(given.kind, requirement.minimum)} are needed."))
    least = requirement.minimum_on_this_work
    if least is not None and (given.on_this_work is None or given.on_this_work < least):
        wrong.append(Wrong("on_this_work", f"At least {amount_words(given.kind, least)} must be on this work."))
    elif None not in (given.on_this_work, given.amount) and (given.on_this_work or 0) > (given.amount or 0):
        wrong.append(Wrong("on_this_work", "This cannot be more than all of it."))
    if given.kind == "clearance" and given.level is None:
        wrong.append(Wrong("level", "Choose the level of the clearance."))
    return tuple(wrong)


def amount_words(kind: CredentialKind, amount: int) -> str:
    """An amount as people read it: `£2,000,000 of cover`, `30 hours`."""
    if kind == "insurance":
        return f"£{amount // 100:,} of cover"
    return f"{amount} {UNIT_WORDS.get(kind, 'minutes')}"


def cleared_for_children(credentials: tuple[Credential, ...], today: date) -> bool | None:
    """Whether an enhanced clearance is in date; None where no clearance was ever recorded, so that nothing is known."""
    clearances = [one.evidence for one in credentials if one.evidence.kind == "clearance"]
    if not clearances:
        return None
    return any(one.level == "enhanced" and _holds(one, today) for one in clearances)


def child_clearance_ends_on(credentials: tuple[Credential, ...], today: date) -> date | None:
    """The next day on which an enhanced clearance holds no more."""
    ends = [one.evidence.expires_on for one in credentials if one.evidence.level == "enhanced"]
    return min((end + timedelta(days=1) for end in ends if end is not None and end >= today), default=None)


def _holds(evidence: Evidence, day: date) -> bool:
    return evidence.expires_on is None or day <= evidence.expires_on


def _months_after(day: date, months: int) -> date:
    """The last day of so many months that begin on a day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    if day.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, day.day) - timedelta(days=1)
