"""What is read from the databases of a system at rest: the words between services, and who has what."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.kernel.ids import ServiceName


@dataclass(frozen=True, slots=True)
class Told:
    """An event that a speaker told, in a transaction that was committed."""

    event_id: str
    type: str
    key: str
    sequence: int
    body: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def speaker(self) -> str:
        return self.type.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Handled:
    """An event whose handler ran in a transaction that was committed."""

    event_id: str
    type: str
    key: str
    sequence: int

    @property
    def speaker(self) -> str:
        return self.type.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Left:
    """What a service has not finished: rows in the outbox, events put aside, timers and letters that are due."""

    outbox: int = 0
    retrying: int = 0
    behind: int = 0
    dead: tuple[str, ...] = ()
    overdue: int = 0
    letters: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """One service's part in the conversation; `streams` is how many events it says it told about each key."""

    told: tuple[Told, ...]
    handled: tuple[Handled, ...]
    streams: dict[str, int]
    hears: frozenset[str]
    left: Left = Left()


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as intake sees it."""

    referral_id: str
    state: str
    wait_reason: str | None
    look_by: datetime | None
    ended_by: str | None
    close_reason: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """A match as matching sees it, with its offer and whether a timer watches over that."""

    match_id: str
    referral_id: str
    therapist_id: str
    state: str
    holds_place: bool
    offer: str | None = None
    offer_watched: bool = False


@dataclass(frozen=True, slots=True)
class Therapist:
    """A therapist's places; `maximum` never changes in these runs."""

    therapist_id: str
    maximum: int
    available: int
    held: int
    offered_at_first: int


@dataclass(frozen=True, slots=True)
class Award:
    """What funding keeps for a match, and for how much money."""

    award_id: str
    referral_id: str
    match_id: str
    state: str
    reserved: int = 0
    committed: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    transaction_id: str
    kind: str
    reservation_id: str | None
    fund_id: str
    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """Who has what, in all four services; `watched` and `asked_again` are the referrals that a timer will wake."""

    referrals: tuple[Referral, ...] = ()
    needs: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    watched: frozenset[str] = frozenset()
    asked_again: frozenset[str] = frozenset()
    matches: tuple[Match, ...] = ()
    therapists: tuple[Therapist, ...] = ()
    awards: tuple[Award, ...] = ()
    standings: dict[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    balances: dict[tuple[str, str], int] = field(default_factory=dict)
    gifts: dict[tuple[str, str], int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    timeline: tuple[tuple[str, str, int, str], ...] = ()
    letters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the checker looks at."""

    words: dict[ServiceName, Words]
    holdings: Holdings = Holdings()
