"""A run of payments as a file for the bank: fixed columns in the shape of Bacs Standard 18."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.funding.domain.bank_details import BankDetails
from shared.kernel.errors import Unprocessable
from shared.kernel.money import Pence

MOST = Pence(10**11 - 1)
_FORBIDDEN = re.compile(r"[^A-Z0-9 .&/-]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Payer:
    """The charity towards the bank: its number as a user of the service, its short name, and the account that pays."""

    service_user: str = ""
    name: str = ""
    sort_code: str = ""
    account_number: str = ""

    @property
    def complete(self) -> bool:
        """Whether files can be made."""
        shapes = {"service_user": 6, "sort_code": 6, "account_number": 8}
        return bool(self.name) and all(
            re.fullmatch(rf"[0-9]{{{length}}}", getattr(self, field)) for field, length in shapes.items()
        )


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One credit to one account."""

    reference: str
    amount: Pence
    to: BankDetails


def bank_file(payer: Payer, lines: Sequence[PaymentLine], *, number: int, made_on: date, pays_on: date) -> str:
    """The whole file: labels, a credit for each line, the contra that balances them, and totals with counts.

    Lines end in CR LF; labels have 80 characters and payments 100. Raises Unprocessable where the charity's own
    account is not set, or an amount is more than the columns hold.
    """
    if not payer.complete:
        raise Unprocessable(
            "payer-not-set",
            "The charity's own account is not set. Whoever runs the system sets it: see the runbook.",
        )
    together = Pence(sum(line.amount for line in lines))
    if together > MOST or any(line.amount <= 0 for line in lines):
        raise Unprocessable("amount-out-of-range", "An amount does not fit into the file.")
    serial = f"{number % 1_000_000:06d}"
    file = f"A{payer.service_user}S  1{payer.service_user}"
    made, expires, pays = _label_day(made_on), _label_day(date(pays_on.year + 1, 1, 1)), _label_day(pays_on)
    first = f"{file}{serial}00010001{'':6}{made}{expires} 000000{'':20}"
    second = f"F0200000100{'':35}00{'':28}"
    records = [
        f"VOL1{serial}{'':31}{payer.service_user}{'':4}{'':28}1",
        f"HDR1{first}",
        f"HDR2{second}",
        f"UHL1{pays}999999{'':4}00000000{'1 DAILY':9}001{'':40}",
        *(_credit(payer, line) for line in lines),
        _contra(payer, together),
        f"EOF1{first}",
        f"EOF2{second}",
        f"UTL1{together:013d}{together:013d}{1:07d}{len(lines):07d}{'':36}",
    ]
    return "".join(f"{record}\r\n" for record in records)


def _credit(payer: Payer, line: PaymentLine) -> str:
    return (
        f"{line.to.sort_code}{line.to.account_number}099{payer.sort_code}{payer.account_number}{'':4}"
        f"{line.amount:011d}{_text(payer.name)}{_text(line.reference)}{_text(line.to.name)}"
    )


def _contra(payer: Payer, together: Pence) -> str:
    return (
        f"{payer.sort_code}{payer.account_number}017{payer.sort_code}{payer.account_number}{'':4}"
        f"{together:011d}{_text('THERAPISTS')}{_text('CONTRA')}{_text(payer.name)}"
    )


def _text(words: str) -> str:
    return f"{_FORBIDDEN.sub(' ', words.upper())[:18]:18}"


def _label_day(day: date) -> str:
    return f" {day:%y%j}"
