"""What happened in the year, in the order in which it did: heard, done by staff, answered by clients, and told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.events import Event
from shared.events.sealed import MeansProfile


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that funding heard, with what was sealed for it."""

    at: datetime
    event: Event
    profile: MeansProfile | None = None


@dataclass(frozen=True, slots=True)
class Gave:
    """Money came in."""

    at: datetime
    fund_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Money went from one fund to another, as two people had agreed."""

    at: datetime
    from_fund: UUID
    to_fund: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A client sent all forms of one moment of a therapy."""

    at: datetime
    match_id: UUID
    referral_id: UUID
    moment: str
    forms: Mapping[str, Mapping[str, str]]


Happening = Heard | Gave | Moved | Answered


@dataclass(slots=True)
class Record:
    """Everything recorded: what happened, what funding told, and the lines of its ledger as they stand there."""

    happened: list[Happening] = field(default_factory=list)
    told: list[tuple[datetime, Event]] = field(default_factory=list)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    funds: dict[UUID, str] = field(default_factory=dict)
