"""Pounds as people type them, turned into pence exactly or refused."""

import re

from shared.kernel.money import Pence

_POUNDS = re.compile(r"(?P<sign>-?)£?\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<rest>\d+))?\Z", re.ASCII)
LARGEST = Pence(1_000_000_000_00)


def pence_from(typed: str) -> Pence:
    """The amount of `1,250`, `£1250.50` or `0.05`; raises ValueError with a sentence for people for anything else."""
    sign, amount = _read(typed)
    if sign or amount == 0:
        raise ValueError("Enter an amount above nothing.")
    return amount


def pence_or_nothing_from(typed: str) -> Pence:
    """As `pence_from`, where 0 is an answer too."""
    sign, amount = _read(typed)
    if sign:
        raise ValueError("Enter 0 or more, without a sign.")
    return amount


def _read(typed: str) -> tuple[str, Pence]:
    found = _POUNDS.match(typed.strip())
    if found is None:
        raise ValueError("Enter an amount in pounds, like 1250 or 1250.50.")
    rest = found["rest"] or ""
    if len(rest.rstrip("0")) > 2:
        raise ValueError("Enter whole pence: no more than two digits after the point.")
    amount = int(found["whole"].replace(",", "")) * 100 + int(rest.ljust(2, "0")[:2])
    if amount > LARGEST:
        raise ValueError("This is more than can be noted at once. Check the amount.")
    return found["sign"], Pence(amount)
