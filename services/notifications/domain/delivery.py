"""The life of one delivery: which state may follow which, and when a failed one is tried again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, assert_never, get_args

State = Literal["queued", "sent", "delivered", "failed", "retried", "given_up", "suppressed"]
LetterPurpose = Literal[
    "sign-in", "application-received", "documents-wanted", "application-decided", "reference-wanted",
    "credential-warning", "credential-lapsed", "supervision-to-sign", "capacity-stale", "offer-stalled",
    "contact-wanted", "offer-taken", "offer-extended",
]  # fmt: skip
"""Letters to people outside: a therapist, a referee, a supervisor; each with its template."""
EvaluationPurpose = Literal["evaluation", "evaluation-reminder"]
"""A few questions; the letter carries its link, and the address is asked for at the moment of sending."""
MeansPurpose = Literal["means", "means-reminder"]
"""What somebody lives on; carries its link and asks for the address like a question."""
FeePurpose = Literal["fee", "fee-reminder"]
"""Something is to be paid; the letter leads to the pages of the therapist who owes it."""
InvoicePurpose = Literal[
    "invoice-approved", "invoice-questioned", "invoice-paid", "invoice-returned", "bank-details"
]  # fmt: skip
"""What became of an invoice, or of where it is paid to; the letter leads to the pages of the therapist."""
FunderPurpose = Literal["funder-sign-in", "funder-report", "funder-milestone"]
"""Letters to somebody at a funder."""
FinancePurpose = Literal["approval-wanted", "report-due", "instalment-late"]
"""Notes to the mailbox of finance, where there is one."""
Purpose = (
    Literal["acknowledgement", "offer", "offer-reminder", "safeguarding-alert", "webhook"]
    | LetterPurpose
    | EvaluationPurpose
    | MeansPurpose
    | FeePurpose
    | InvoicePurpose
    | FunderPurpose
    | FinancePurpose
)
PURPOSES: tuple[Purpose, ...] = ("acknowledgement", "offer", "offer-reminder", "safeguarding-alert", "webhook",
                                 *get_args(LetterPurpose), *get_args(EvaluationPurpose), *get_args(MeansPurpose),
                                 *get_args(FeePurpose), *get_args(InvoicePurpose), *get_args(FunderPurpose),
                                 *get_args(FinancePurpose))  # fmt: skip
CARRIES_LETTER: frozenset[Purpose] = frozenset(
    {
        "offer",
        "offer-reminder",
        *get_args(LetterPurpose),
        *get_args(EvaluationPurpose),
        *get_args(MeansPurpose),
        *get_args(FunderPurpose),
    }
)
"""What comes with its own link, and mostly its address, kept encrypted until it is sent and then wiped."""
GOOD_FOR: dict[Purpose, timedelta] = {"sign-in": timedelta(minutes=15), "funder-sign-in": timedelta(minutes=15)}
"""How long the link in a letter is good, where it ends by itself; later the letter is not sent any more."""

MOVES: dict[State, frozenset[State]] = {
    "queued": frozenset({"sent", "delivered", "failed", "given_up", "suppressed"}),
    "failed": frozenset({"retried", "given_up", "suppressed"}),
    "retried": frozenset({"sent", "delivered", "failed", "given_up", "suppressed"}),
    "sent": frozenset({"delivered", "failed"}),
    "given_up": frozenset({"retried", "suppressed"}),
    "delivered": frozenset(),
    "suppressed": frozenset(),
}
"""From → to. A webhook may be replayed after it was delivered, but as a new delivery of the same message."""


def may_move(now: State, to: State) -> bool:
    """Whether a delivery in state `now` may go to `to`."""
    return to in MOVES[now]


@dataclass(frozen=True, slots=True)
class Went:
    """It was handed over; `confirmed` when the other side has said that it arrived, and not only that it was taken."""

    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not taken now, but may be later."""

    code: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken; `disables` when the other side wants nothing more at this address."""

    code: str
    disables: bool = False


@dataclass(frozen=True, slots=True)
class NotWanted:
    """It must not be sent: the person's wish, or a rule of safety."""

    code: str


Attempt = Went | Failed | Refused | NotWanted


@dataclass(frozen=True, slots=True)
class Next:
    """The state after an attempt, why, and after which time to try again (only when failed)."""

    state: State
    reason: str = ""
    again_after: timedelta | None = None


def _minutes(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=number) for number in numbers)


def _hours(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(hours=number) for number in numbers)


MAIL_WAITS = (timedelta(seconds=30), *_minutes(2, 10, 30), *_hours(1, 3, 6, 12))
WEBHOOK_WAITS = (timedelta(seconds=5), *_minutes(5, 30), *_hours(2, 5, 10, 14, 20, 24))
"""Waits after the first, second … failure; more than three days in all, as Standard Webhooks advises."""


def waits_for(purpose: Purpose) -> tuple[timedelta, ...]:
    """The waits between attempts; after the last of them, a delivery is given up."""
    return WEBHOOK_WAITS if purpose == "webhook" else MAIL_WAITS


def after(attempt: Attempt, *, purpose: Purpose, attempts: int, jitter: float) -> Next:
    """What follows the attempt numbered `attempts` (from 1); `jitter`, 0 to 1, spreads the retries."""
    match attempt:
        case Went(confirmed):
            return Next("delivered" if confirmed else "sent")
        case NotWanted(code):
            return Next("suppressed", code)
        case Refused(code):
            return Next("given_up", code)
        case Failed(code):
            waits = waits_for(purpose)
            if attempts > len(waits):
                return Next("given_up", code)
            return Next("failed", code, waits[attempts - 1] * (0.8 + 0.4 * jitter))
        case never:
            assert_never(never)
