"""Switches the kernel's protections off, one by one, to see that the checker would notice: for tests of the checker alone."""

from collections.abc import Callable, Iterable

PROTECTIONS: dict[str, Callable[[], None]] = {}


def switch_off(protections: Iterable[str]) -> None:
    """Take these protections away from the process that this is."""
    for name in protections:
        PROTECTIONS[name]()
