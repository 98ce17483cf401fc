"""The one exception whose sentence is shown to the person at the keyboard instead of a stack."""


class CannotRun(Exception):
    """Something on this machine stands in the way; the message says what it is and what to do about it."""
