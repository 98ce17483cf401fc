"""Why each fund pays or does not, in sentences for people."""

from collections.abc import Iterable, Sequence

from services.funding.domain.choice import Verdict
from services.funding.domain.funds import MISFIT_WORDS, Misfit, Restrictions
from services.funding.domain.vocabulary import AGE_WORDS, GROUP_WORDS, REGION_WORDS
from shared.kernel.money import pounds

VERDICT_WORDS: dict[Verdict, str] = {
    "pays": "Pays",
    "chosen": "Pays",
    "not-needed": "Not needed",
    "empty": "Empty",
    "used-up-for-this-client": "Cap reached",
    "does-not-fit": "Does not fit",
}


def reason_for(verdict: Verdict, reasons: Sequence[Misfit]) -> str:
    """What stands beside a verdict."""
    match verdict:
        case "pays":
            return "It fits, and was next in the order: most restricted first, then what expires first."
        case "chosen":
            return "It fits, and staff chose it instead of the first in the order."
        case "not-needed":
            return "It fits, but others before it were enough."
        case "empty":
            return "It fits, but nothing was left in it."
        case "used-up-for-this-client":
            return "It fits, but this client has had as much from it as its terms allow."
        case "does-not-fit":
            return ", ".join(MISFIT_WORDS[reason] for reason in reasons).capitalize() + "."


def terms_in_words(terms: Restrictions) -> list[str]:
    """Each restriction as a line; empty where the money is free."""
    lines: list[str] = []
    if terms.client_groups:
        lines.append("For " + _listed(GROUP_WORDS[group] for group in sorted(terms.client_groups)))
    if terms.regions:
        lines.append("In " + _listed(REGION_WORDS[region] for region in sorted(terms.regions)))
    if terms.age_bands:
        lines.append("Aged " + _listed(AGE_WORDS[band] for band in sorted(terms.age_bands)))
    if terms.cap_per_client is not None:
        lines.append(f"At most {pounds(terms.cap_per_client)} for one client")
    if terms.share_of_fee is not None:
        lines.append(f"At most {terms.share_of_fee}% of the fee")
    return lines


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
