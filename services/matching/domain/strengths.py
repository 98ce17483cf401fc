"""How a therapist's finished cases of one client group went beside everybody's, with as much doubt as there must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from shared.kernel.ids import TherapistId

AT_LEAST = 15
LIKE_ALL_OTHERS = 500
RANGE = 1000


@dataclass(frozen=True, slots=True)
class Tally:
    """Finished cases that were scored, and how many of them went well."""

    finished: int = 0
    well: int = 0

    def with_one(self, *, well: bool) -> "Tally":
        """One more case."""
        return Tally(self.finished + 1, self.well + well)


def went_well(change: str, desired: str) -> bool | None:
    """Whether a case counts as good: by the measure, or else by what the client had hoped for; None if neither says.

    `recovered` and `improved` are changes beyond the measure's error of measurement.
    """
    if change != "not-scored":
        return change in ("recovered", "improved")
    return None if desired == "not-said" else desired == "achieved"


def strengths(tallies: Mapping[TherapistId, Tally]) -> dict[TherapistId, int]:
    """Points from 0 to 1,000 for those with at least 15 cases of one client group; 500 is like all others.

    Empirical Bayes with a beta prior whose mean and spread are found by the method of moments from all therapists: the
    share of good cases is drawn towards the mean of all, the more the fewer cases there are, and all the way where
    therapists differ no more than chance would have it. In exact fractions, so that no machine can differ.
    """
    counted = [tally for tally in tallies.values() if tally.finished]
    cases = sum(tally.finished for tally in counted)
    rated = {therapist: tally for therapist, tally in tallies.items() if tally.finished >= AT_LEAST}
    if not rated:
        return {}
    mean = Fraction(sum(tally.well for tally in counted), cases)
    prior = _prior_cases(counted, mean)
    if prior is None:
        return dict.fromkeys(rated, LIKE_ALL_OTHERS)
    return {
        therapist: _points((tally.well + prior * mean) / (tally.finished + prior) - mean)
        for therapist, tally in rated.items()
    }


def _prior_cases(tallies: list[Tally], mean: Fraction) -> Fraction | None:
    """How many cases the mean of all is worth; None where therapists do not differ more than by chance."""
    cases = sum(tally.finished for tally in tallies)
    chance = mean * (1 - mean)
    spread = sum((tally.finished * (Fraction(tally.well, tally.finished) - mean) ** 2 for tally in tallies), Fraction())
    scale = cases - Fraction(sum(tally.finished**2 for tally in tallies), cases)
    beyond = spread - (len(tallies) - 1) * chance
    if scale <= 0 or beyond <= 0:
        return None
    return max(Fraction(0), chance / (beyond / scale) - 1)


def _points(difference: Fraction) -> int:
    return min(max(LIKE_ALL_OTHERS + round(RANGE * difference), 0), RANGE)
