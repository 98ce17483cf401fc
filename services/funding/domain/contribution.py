"""What a client adds to each session, by what they say they can pay."""

from dataclasses import dataclass

from services.funding.domain.vocabulary import Means
from shared.kernel.money import Pence


@dataclass(frozen=True, slots=True)
class PaysAll:
    """No subsidy is needed."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """The client adds so much a session; with `review`, somebody should ask again, meanwhile the client benefits."""

    per_session: Pence
    review: bool = False


def contribution(means: Means, affordable_per_session: int | None, session_fee: Pence) -> PaysAll | Contribution:
    """The client's own share; never more than the fee. Nobody waits because an answer about money is missing or odd."""
    if means == "full-fee" or session_fee <= 0:
        return PaysAll()
    if means == "cannot-pay":
        return Contribution(Pence(0))
    if means == "unsure" or affordable_per_session is None or affordable_per_session < 0:
        return Contribution(Pence(0), review=True)
    if affordable_per_session >= session_fee:
        return PaysAll()
    return Contribution(Pence(affordable_per_session))
