"""The states of an award, which moves between them there are, and how long it is good for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from services.funding.domain.funds import Fund
from shared.kernel.errors import Conflict
from shared.kernel.ids import AwardId, FundId, MatchId, ReferralId
from shared.kernel.money import Pence

AwardState = Literal[
    "requested", "waiting", "not-needed", "to-approve", "reserved", "awarded", "drawing", "exhausted", "lapsed",
    "expired", "ended", "finished",
]  # fmt: skip
WaitsFor = Literal["profile", "money", "consent", "another-look"]
STATES: tuple[AwardState, ...] = get_args(AwardState)
OVER: frozenset[AwardState] = frozenset({"lapsed", "ended", "finished"})
LIVE: frozenset[AwardState] = frozenset(STATES) - OVER
STATE_WORDS: dict[AwardState, str] = {
    "requested": "Asked for",
    "waiting": "Waiting",
    "not-needed": "Not needed",
    "to-approve": "Waiting for approval",
    "reserved": "Reserved",
    "awarded": "Awarded",
    "drawing": "Being drawn",
    "exhausted": "Used up",
    "lapsed": "Past its last day",
    "expired": "Reservation ran out",
    "ended": "Ended",
    "finished": "Finished",
}
MOVES: frozenset[tuple[AwardState, AwardState]] = frozenset(
    {
        ("requested", "waiting"),
        ("requested", "not-needed"),
        ("requested", "reserved"),
        ("waiting", "not-needed"),
        ("waiting", "reserved"),
        *((state, "to-approve") for state in ("requested", "waiting", "to-approve", "reserved", "expired")),
        *(("to-approve", following) for following in ("waiting", "not-needed", "reserved")),
        ("reserved", "awarded"),
        ("reserved", "waiting"),
        ("reserved", "expired"),
        ("expired", "waiting"),
        ("expired", "reserved"),
        ("expired", "not-needed"),
        ("awarded", "drawing"),
        ("awarded", "exhausted"),
        ("drawing", "exhausted"),
        ("drawing", "awarded"),
        ("exhausted", "drawing"),
        ("exhausted", "awarded"),
        *((state, over) for state in ("awarded", "drawing", "exhausted") for over in ("lapsed", "finished")),
        ("not-needed", "finished"),
        *((state, "ended") for state in LIVE),
    }
)


@dataclass(frozen=True, slots=True)
class Award:
    """What was asked for and decided for one match; amounts are known once the client's means are."""

    award_id: AwardId
    referral_id: ReferralId
    match_id: MatchId
    state: AwardState
    session_fee: Pence
    sessions: int
    requested_at: datetime
    accepted: bool = False
    waits_for: WaitsFor | None = None
    contribution: Pence | None = None
    shortfall: Pence | None = None
    needs_review: bool = False
    valid_until: date | None = None
    agreed_fee: Pence | None = None
    """What the therapist who accepted asks, where that is less than was proposed."""
    look_again_on: date | None = None
    """Nobody agreed to it: by this day it is put to them again."""

    @property
    def needed(self) -> Pence:
        """What the charity pays in all, as far as it is known."""
        return Pence((self.session_fee - (self.contribution or 0)) * self.sessions)

    @property
    def fee(self) -> Pence:
        """What the therapist gets for one session, by what was agreed in the end."""
        return self.session_fee if self.agreed_fee is None else min(self.agreed_fee, self.session_fee)

    @property
    def share(self) -> Pence:
        """What the charity pays for one session."""
        return Pence(max(0, self.fee - (self.contribution or 0)))


def require_move(present: AwardState, following: AwardState) -> None:
    """Raise `Conflict` unless an award may move so."""
    if (present, following) not in MOVES:
        raise Conflict(f"award-is-{present}", f"This award is {STATE_WORDS[present].lower()}, so that cannot be done.")


def last_day(today: date, days: int, paying: Iterable[FundId], funds: Iterable[Fund]) -> date:
    """Until when an award is good: `days` from today, but never past the end of a fund that pays."""
    paying = set(paying)
    ends = [fund.restrictions.until for fund in funds if fund.fund_id in paying and fund.restrictions.until]
    return min([today + timedelta(days=days), *ends])
