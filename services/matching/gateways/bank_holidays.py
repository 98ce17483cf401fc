"""The bank holidays of England and Wales, past and coming, as a kept library lists them."""

from datetime import date
from functools import cache

from holidays import country_holidays

YEARS = range(2020, 2041)


@cache
def bank_holidays() -> frozenset[date]:
    """Every day on which the banks of England and Wales are closed, one-off days of the past included."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=YEARS))
