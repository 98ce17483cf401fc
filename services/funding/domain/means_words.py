"""How a contribution came about, line by line and in sentences that suit the client and staff alike."""

from dataclasses import dataclass

from services.funding.domain.means import ABOVE, ON_BENEFITS, Assessment, Household, assess
from services.funding.domain.means_policy import Band, MeansPolicy
from shared.kernel.money import Pence, pounds


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of a month's reckoning; what is taken off is below nothing."""

    what: str
    amount: Pence


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The month in lines, and how the rest follows from it in sentences."""

    lines: tuple[Line, ...]
    sentences: tuple[str, ...]


def reckoning(policy: MeansPolicy, household: Household) -> Reckoning:
    """How it came about, by this policy."""
    found = assess(policy, household)
    if found.band == ON_BENEFITS:
        return Reckoning((), ("Whoever gets one of these benefits adds nothing.",))
    return Reckoning(_lines(found), tuple(_sentences(policy, household, found)))


def _lines(found: Assessment) -> tuple[Line, ...]:
    counted = found.counted
    return (
        Line("Comes in each month", counted.gross),
        *(Line(what, Pence(-amount)) for what, amount in counted.taken_off),
        Line("Left each month", counted.disposable),
    )


def _sentences(policy: MeansPolicy, household: Household, found: Assessment) -> list[str]:
    counted, capital = found.counted, policy.capital
    if found.band == ABOVE["gross"]:
        return [f"More than {pounds(policy.gross_limit)} comes in each month, up to which the charity can pay a part."]
    if found.band == ABOVE["disposable"]:
        return [
            f"More than {pounds(policy.disposable_limit)} is left each month, up to which the charity can pay a part."
        ]
    if found.band == ABOVE["capital"]:
        return [f"There are savings of more than {pounds(capital.limit)}, up to which the charity can pay a part."]
    band = policy.band_for(counted.disposable)
    told = [_of_band(band, counted.disposable)] if band else []
    if counted.from_savings:
        spread = f"what is above {pounds(capital.ignored)}, spread over {capital.spread_months} months"
        told.append(
            f"From savings of {pounds(household.savings)} comes {pounds(counted.from_savings)} a month more: {spread}."
        )
    if found.monthly:
        told.append(_of_session(policy, found))
    return told


def _of_band(band: Band, disposable: Pence) -> str:
    asked = band.contribution(disposable)
    if not asked:
        return f"With up to {pounds(band.ends)} left each month, nothing is asked for."
    between = f"With {pounds(band.begins)} to {pounds(band.ends)} left each month"
    part = f"{band.rate}% of what is above {pounds(band.above)}"
    if not band.rate:
        return f"{between}, {pounds(band.fixed)} a month is asked for."
    if not band.fixed:
        return f"{between}, {part} is asked for: {pounds(asked)} a month."
    return f"{between}, {pounds(band.fixed)} and {part} is asked for: {pounds(asked)} a month."


def _of_session(policy: MeansPolicy, found: Assessment) -> str:
    terms = policy.per_session
    shared = (
        f"For {terms.sessions_a_month} sessions a month" if terms.sessions_a_month > 1 else "For one session a month"
    )
    rounded = f", rounded down to {_coins(terms.rounded_down_to)}" if terms.rounded_down_to > 1 else ""
    return f"{shared}, that is {pounds(found.per_session)} a session{rounded}."


def _coins(pence: int) -> str:
    return f"the nearest {pence}p" if pence < 100 else f"the nearest {pounds(Pence(pence))}"
