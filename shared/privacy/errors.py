"""What goes wrong when something protected is opened; none of these ever carries the content or the cause's message."""

from shared.kernel.errors import Unprocessable


class CannotOpen(Unprocessable):
    """A block or a field that is not ours, was changed, or was moved to where it does not belong."""


class Erased(CannotOpen):
    """The subject's key has been destroyed, so nothing kept under it can be read again, by anyone."""

    def __init__(self) -> None:
        super().__init__("subject-erased", "What was kept about this person has been erased.")
