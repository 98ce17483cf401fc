"""What therapists owe the charity: which fees an acceptance raises, their states, and who may settle them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from shared.kernel.errors import Conflict
from shared.kernel.ids import ReferralId, TherapistId
from shared.kernel.money import Pence

FeeKind = Literal["yearly", "referral"]
FeeState = Literal["due", "overdue", "waiver-asked", "paid", "waived"]
Decision = Literal["paid", "payment-undone", "waived", "waiver-asked", "waiver-refused"]
FEE_WORDS: dict[FeeState, str] = {
    "due": "due",
    "overdue": "overdue",
    "waiver-asked": "waiting for a second person",
    "paid": "paid",
    "waived": "waived",
}
MOVES: frozenset[tuple[FeeState, FeeState]] = frozenset(
    {
        ("due", "overdue"),
        *((owed, settled) for owed in ("due", "overdue") for settled in ("paid", "waived", "waiver-asked")),
        *(("paid", owed) for owed in ("due", "overdue")),
        *(("waiver-asked", following) for following in ("paid", "waived", "due", "overdue")),
    }
)


@dataclass(frozen=True, slots=True)
class FeePolicy:
    """From its first day on: what is owed when, and how long before it is overdue."""

    valid_from: date
    yearly_when: Literal["first-acceptance-of-year", "never"]
    yearly_fee: Pence
    referral_when: Literal["each-client", "never"]
    referral_fee: Pence
    reminder_days: tuple[int, ...]
    overdue_days: int
    waived_by_one_to: Pence

    def step_after(self, reminded: int, raised_on: date) -> date:
        """The day of the next reminder, or after the last of them the day on which a fee is overdue."""
        days = (*sorted(self.reminder_days), self.overdue_days)
        return raised_on + timedelta(days=days[min(reminded, len(days) - 1)])


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee of one therapist; the yearly one is of a calendar year, the other of a client."""

    fee_id: UUID
    therapist_id: TherapistId
    kind: FeeKind
    year: int
    referral_id: ReferralId | None
    amount: Pence
    state: FeeState
    raised_on: date
    overdue_from: date
    was_overdue: bool = False
    reminded: int = 0


def policy_on(policies: Iterable[FeePolicy], day: date) -> FeePolicy:
    """The policy of a day; raises ValueError before the first."""
    return max((one for one in policies if one.valid_from <= day), key=lambda one: one.valid_from)


def fees_raised(policy: FeePolicy) -> tuple[tuple[FeeKind, Pence], ...]:
    """Which fees an accepted referral raises, where they were not raised before; an amount of nothing is none."""
    yearly = policy.yearly_fee if policy.yearly_when == "first-acceptance-of-year" else Pence(0)
    referral = policy.referral_fee if policy.referral_when == "each-client" else Pence(0)
    raised: tuple[tuple[FeeKind, Pence], ...] = (("yearly", yearly), ("referral", referral))
    return tuple((kind, amount) for kind, amount in raised if amount > 0)


def require_move(present: FeeState, following: FeeState) -> None:
    """Raise `Conflict` unless a fee may move so."""
    if (present, following) not in MOVES:
        raise Conflict(f"fee-is-{present}", f"This fee is {FEE_WORDS[present]}, so that cannot be done.")


def owed_again(fee: Fee, today: date) -> FeeState:
    """What a fee is once it is owed again, because its waiver was refused or its payment undone.

    It is as it was, or overdue where that day has passed meanwhile.
    """
    return "overdue" if fee.was_overdue or today >= fee.overdue_from else "due"
