"""Who may see the charity's money, and who may change what was agreed about it."""

from typing import Annotated

from fastapi import Depends

from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, signed_in

ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("finance", "coordinator", "admin"))]
Finance = Annotated[Staff, Depends(signed_in("finance", "admin"))]


def may_change(staff: Staff) -> bool:
    """Whether this person may change funds and grants, so that pages offer it."""
    return staff.may("finance", "admin")
