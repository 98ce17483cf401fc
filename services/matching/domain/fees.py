"""A therapist's fees: what a session costs from which day on, and what those pay who cannot pay that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.kernel.money import Pence

HIGHEST_FEE = Pence(500_00)


@dataclass(frozen=True, slots=True)
class Fee:
    """Pence a session, from a day on; without a concession there is none."""

    valid_from: date
    session_fee: Pence
    concession_fee: Pence | None = None


@dataclass(frozen=True, slots=True)
class FeeRefused:
    """Why a fee cannot be so, and which answer is wrong."""

    field: str
    sentence: str


def fee_on(fees: Iterable[Fee], day: date) -> Fee | None:
    """The fee in force on a day: the latest that has begun."""
    return max((fee for fee in fees if fee.valid_from <= day), key=lambda fee: fee.valid_from, default=None)


def next_fee(fees: Iterable[Fee], day: date) -> Fee | None:
    """The first fee that begins after a day."""
    return min((fee for fee in fees if fee.valid_from > day), key=lambda fee: fee.valid_from, default=None)


def checked_fee(fee: Fee, today: date) -> Fee | FeeRefused:
    """The fee, or why not: what was matched before today has been agreed at the fee of its day."""
    if fee.valid_from < today:
        return FeeRefused("valid_from", "A fee can begin today or later, not in the past.")
    if not 0 <= fee.session_fee <= HIGHEST_FEE:
        return FeeRefused("session_fee", "Enter the fee for a session in pounds, up to 500.")
    if fee.concession_fee is not None and not 0 <= fee.concession_fee < fee.session_fee:
        return FeeRefused("concession_fee", "A concession must be lower than the fee.")
    return fee
