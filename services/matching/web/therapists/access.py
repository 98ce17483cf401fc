"""Who may open the register, who may change it, and in which capacities somebody acts there."""

from typing import Annotated

from fastapi import Depends

from services.matching.domain.standings import STANDING_MOVES, STANDINGS, Standing
from services.matching.domain.therapists import Therapist
from services.matching.domain.transitions import ActorKind
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, signed_in

ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("registrar", "coordinator"))]
Registrar = Annotated[Staff, Depends(signed_in("registrar"))]


def capacities_of(staff: Staff) -> frozenset[ActorKind]:
    """In which capacities this person may act here."""
    kinds: tuple[ActorKind, ...] = ("coordinator", "registrar")
    return frozenset(kind for kind in kinds if kind in staff.roles)


def actions_for(therapist: Therapist, staff: Staff) -> list[Standing]:
    """The standings to which this person may move this therapist."""
    allowed = STANDING_MOVES.open_to(therapist.standing, capacities_of(staff))
    return [standing for standing in STANDINGS if standing in allowed]
