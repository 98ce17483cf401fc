"""The four ways in which a promise can be broken; every expected answer is a returned value instead."""


class BrokenPromise(Exception):
    """A request or an event that cannot be served; `code` is stable, the sentence is for people and names nobody."""

    def __init__(self, code: str, sentence: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence or code.replace("-", " ").capitalize() + "."


class NotFound(BrokenPromise):
    """What was asked for is not here, or not for this person to see."""


class Conflict(BrokenPromise):
    """It cannot be done in the present state; somebody or something was quicker."""


class Retry(BrokenPromise):
    """It cannot be done now but should work later, unchanged."""


class Unprocessable(BrokenPromise):
    """It can never work as it is: the input is wrong."""
