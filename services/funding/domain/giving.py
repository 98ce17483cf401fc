"""Awards as open data in the shape of 360Giving, so that nobody can tell who any of them was for."""

from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

VERSION = "1.4"
MENTAL_HEALTH = "GTIR040"


def grant_of(award_id: str, pence: int, awarded_on: date, funder: Mapping[str, str]) -> dict[str, Any]:
    """One award to an unnamed person; the day is coarsened to its month, and the id leads nowhere.

    Raises ValueError as `check_recipient` does.
    """
    mark = sha256(f"360giving:{award_id}".encode()).hexdigest()[:16]
    grant = {
        "id": f"{funder['prefix']}-{mark}",
        "title": "Sessions of therapy",
        "description": "Part or all of the fee for sessions with a specially trained therapist.",
        "currency": "GBP",
        "amountAwarded": pence / 100,
        "awardDate": awarded_on.replace(day=1).isoformat(),
        "recipientIndividual": {"id": f"{funder['prefix']}-person-{mark}", "name": "Individual Recipient"},
        "toIndividualsDetails": {"primaryGrantReason": MENTAL_HEALTH},
        "fundingOrganization": [{"id": funder["id"], "name": funder["name"]}],
    }
    check_recipient(grant)
    return grant


def check_recipient(grant: Mapping[str, Any]) -> None:
    """A grant goes to a person or to an organisation: raises ValueError for both and for neither."""
    recipients = [name for name in ("recipientIndividual", "recipientOrganization") if grant.get(name)]
    if len(recipients) != 1:
        raise ValueError("A grant has just one kind of recipient: a person or an organisation.")


def package_of(grants: Iterable[Mapping[str, Any]], fewest: int) -> dict[str, Any] | None:
    """All grants of a period as one file; None where so few would tell something of one."""
    listed = list(grants)
    for grant in listed:
        check_recipient(grant)
    return {"version": VERSION, "grants": listed} if len(listed) >= max(1, fewest) else None
