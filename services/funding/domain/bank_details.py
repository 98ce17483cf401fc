"""Where a therapist is paid to: what may be typed, and who may confirm it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.kernel.errors import Conflict
from shared.kernel.ids import TherapistId

AccountState = Literal["waiting", "confirmed", "refused", "replaced"]
LONGEST_NAME = 18
_NAME = re.compile(r"[A-Z0-9 .&/-]+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class BankDetails:
    """An account in the United Kingdom, as payments need it: 6 and 8 digits, and the name it is held in."""

    name: str
    sort_code: str
    account_number: str

    @property
    def shown_sort_code(self) -> str:
        """The sort code in pairs, as it stands on cards."""
        return "-".join(self.sort_code[at : at + 2] for at in (0, 2, 4))

    @property
    def masked_number(self) -> str:
        """Enough of the account number to recognise it."""
        return f"••••{self.account_number[-4:]}"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Bank details that somebody entered, and whether somebody else has confirmed them; None once they are erased."""

    account_id: UUID
    therapist_id: TherapistId
    state: AccountState
    entered_by: str
    entered_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    details: BankDetails | None


def sort_code_from(typed: str) -> str:
    """`12-34-56` or `12 34 56` as six digits; raises ValueError with a sentence for people."""
    digits = _without_gaps(typed)
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise ValueError("Enter a sort code of 6 digits, like 12-34-56.")
    if digits == "000000":
        raise ValueError("There is no sort code 00-00-00. Look at the card or the statement again.")
    return digits


def account_number_from(typed: str) -> str:
    """An account number of eight digits; raises ValueError with a sentence for people.

    Numbers of six or seven digits are not filled up: a digit that was left out by mistake would go unseen.
    """
    digits = _without_gaps(typed)
    if not re.fullmatch(r"[0-9]{8}", digits):
        raise ValueError("Enter an account number of 8 digits. If yours is shorter, put zeros in front.")
    if digits == "00000000":
        raise ValueError("This is not an account number. Look at the card or the statement again.")
    return digits


def account_name_from(typed: str) -> str:
    """The name of an account in the letters that payments can carry; raises ValueError with a sentence for people."""
    name = " ".join(typed.upper().split())
    if not _NAME.match(name):
        raise ValueError("Enter the name as the bank writes it: letters A to Z, digits, spaces and . & / -")
    return name[:LONGEST_NAME].rstrip()


def require_second_person(account: BankAccount, actor: str) -> None:
    """Raise Conflict unless this account waits to be confirmed, and by somebody who did not enter it."""
    if account.state != "waiting":
        raise Conflict(f"account-is-{account.state}", "Nobody is waiting for these bank details to be confirmed.")
    if actor == account.entered_by:
        raise Conflict("own-entry", "You entered these bank details yourself. Somebody else has to confirm them.")


def _without_gaps(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed, flags=re.ASCII)
