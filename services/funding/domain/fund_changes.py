"""Changing the terms of a fund: what of them may change, and what was promised that no change may take away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.funding.domain.days import day_in_words
from services.funding.domain.explanation import terms_in_words
from services.funding.domain.funds import Fund, Person, Restrictions, misfits
from shared.kernel.money import Pence, pounds

Changed = tuple[str, str, str]
"""What changed, from what, to what; all three for people to read."""
Field = Literal["client_groups", "available_from", "until", "cap_per_client", "share_of_fee"]


@dataclass(frozen=True, slots=True)
class Promise:
    """Money of a fund that is kept for a client: `held` of it for this award, and `in_all` for all awards they had.

    `answered` once the therapist has taken the client; until then, whether the money fits can be looked at again.
    """

    held: Pence
    in_all: Pence
    fees: Pence
    answered: bool
    person: Person | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class TakenAway:
    """Which of the new terms would take away what is promised, in a sentence."""

    field: Field
    sentence: str


def takes_away(terms: Restrictions, promises: Iterable[Promise], today: date) -> TakenAway | None:
    """Whether new terms would take anything away that is promised; None where they would not.

    What a therapist has answered to is paid as it was agreed, but never past the fund's last day. What is still kept
    for an answer must go on fitting, because it is looked at again before it is promised for good.
    """
    promises = list(promises)
    last = max((one.valid_until for one in promises if one.valid_until), default=None)
    if terms.until is not None and last is not None and terms.until < last:
        return TakenAway("until", f"Money of this fund is promised until {_day(last)}. It cannot end before.")
    waiting = [one for one in promises if not one.answered]
    if any(one.person is not None and misfits(terms, one.person, today) for one in waiting):
        return TakenAway(
            "available_from" if terms.available_from and terms.available_from > today else "client_groups",
            "Money is kept for a client whom these terms would leave out. Change them once the therapist has answered.",
        )
    if terms.cap_per_client is not None and any(one.in_all > terms.cap_per_client for one in waiting):
        return TakenAway(
            "cap_per_client",
            "More than this is kept for a client now. Change it once the therapist has answered.",
        )
    share = terms.share_of_fee
    if share is not None and any(one.held * 100 > one.fees * share for one in waiting):
        return TakenAway(
            "share_of_fee", "A larger share is kept for a client now. Change it once the therapist has answered."
        )
    return None


def changes(before: Fund, after: Fund) -> tuple[Changed, ...]:
    """What is different, line by line; empty where nothing is."""
    old, new = before.restrictions, after.restrictions
    pairs = (
        ("Name", before.name, after.name),
        ("For", _whom(old), _whom(new)),
        ("First day", _day(old.available_from), _day(new.available_from)),
        ("Last day", _day(old.until), _day(new.until)),
        ("Most for one client", _pounds(old.cap_per_client), _pounds(new.cap_per_client)),
        ("Most of the fee", _percent(old.share_of_fee), _percent(new.share_of_fee)),
    )
    return tuple((what, was, now) for what, was, now in pairs if was != now)


def _whom(terms: Restrictions) -> str:
    people = Restrictions(terms.client_groups, terms.regions, terms.age_bands)
    return "; ".join(terms_in_words(people)) or "anybody we help"


def _day(day: date | None) -> str:
    return day_in_words(day) if day else "none"


def _pounds(amount: Pence | None) -> str:
    return pounds(amount) if amount is not None else "no limit"


def _percent(share: int | None) -> str:
    return f"{share}%" if share is not None else "all of it"
