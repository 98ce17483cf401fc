"""How a forecast is said: a few words for a table, a sentence for a page."""

from datetime import date
from math import ceil
from typing import assert_never

from services.funding.domain.days import day_in_words
from services.funding.domain.forecast import FEWEST, Empty, Lasts, Outcome, RunsOut, TooLittle, Unused
from services.funding.domain.funds import NOTHING
from shared.kernel.money import Pence, pounds


def outcome_in_words(outcome: Outcome, today: date) -> str:
    """`about 9 weeks (6 to 14)`, and so for whatever else may be expected."""
    match outcome:
        case TooLittle(weeks):
            return f"too little to tell ({weeks} of {FEWEST} weeks)"
        case Empty():
            return "nothing is left"
        case RunsOut():
            return _weeks(outcome, today)
        case Lasts(None):
            return "not within a year"
        case Lasts(earliest):
            return f"probably not within a year ({_at_least(earliest, today)} at the earliest)"
        case Unused(last_day, least, likely, most):
            if most == NOTHING:
                return f"used up by {day_in_words(last_day)}"
            return f"about {roughly(likely)} ({roughly(least)} to {roughly(most)}) unused on {day_in_words(last_day)}"
        case never:
            assert_never(never)


def roughly(amount: Pence) -> str:
    """To the nearest £10, since a forecast knows no pence."""
    return pounds(Pence(round(amount / 1000) * 1000))


def _weeks(outcome: RunsOut, today: date) -> str:
    likely, first = round((outcome.day - today).days / 7), (outcome.earliest - today).days // 7
    about = "less than a week" if likely < 1 else f"about {likely} week{'' if likely == 1 else 's'}"
    if outcome.latest is not None:
        last = ceil((outcome.latest - today).days / 7)
        return "within a week" if last <= 1 else f"{about} ({first} to {last})"
    if outcome.last_day is not None:
        unused = f"with up to {roughly(outcome.unused)} unused"
        return f"{about} ({first} to its last day, {day_in_words(outcome.last_day)}, {unused})"
    return f"{about} ({first} to more than 52)"


def _at_least(earliest: date | None, today: date) -> str:
    weeks = 0 if earliest is None else (earliest - today).days // 7
    return f"{weeks} week{'' if weeks == 1 else 's'}"
