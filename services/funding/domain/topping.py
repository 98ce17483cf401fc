"""Making an award larger while it runs: more sessions or more for each, and what it needs beyond what is promised."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.funding.domain.awards import Award
from shared.kernel.errors import Unprocessable
from shared.kernel.money import Pence, pounds


@dataclass(frozen=True, slots=True)
class Enlarged:
    """An award as it is to be: so many sessions in all, and what the client adds to each that is not paid yet."""

    sessions: int
    contribution: Pence


def enlarge(award: Award, more: int, share: Pence | None, most: int) -> Enlarged:
    """The award with `more` sessions and, where given, a larger `share` of the agreed fee.

    Raises Unprocessable for what cannot be asked; `most` sessions can be added at a time.
    """
    if not 0 <= more <= most:
        raise Unprocessable("sessions-not-possible", f"Enter a number of sessions from 0 to {most}.")
    if share is not None and not award.share < share <= award.fee:
        raise Unprocessable(
            "share-not-possible",
            f"Enter more than the {pounds(award.share)} paid now, and no more than the agreed fee of "
            f"{pounds(award.fee)}.",
        )
    if more == 0 and share is None:
        raise Unprocessable("nothing-asked", "Enter how many more sessions, or how much for each from now on.")
    paying = award.share if share is None else share
    if paying == 0:
        raise Unprocessable("nothing-to-pay", "The client pays the whole fee, so there is nothing to add.")
    return Enlarged(award.sessions + more, Pence(award.fee - paying))


def to_cover(sessions: int, share: Pence, *, paid: int, rests: Iterable[Pence]) -> int:
    """How many of `sessions` are neither paid nor covered by what is left of the reservations.

    One session is paid from one reservation, so what is too little for a session covers none.
    """
    return max(0, sessions - paid - sum(rest // share for rest in rests))
