"""What a guard raises when it does not let a request through."""


class SignInNeeded(Exception):  # noqa: N818 - named for what it says
    """Nobody is signed in here; `address` is where they can."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class NotAllowed(Exception):  # noqa: N818 - named for what it says
    """Whoever is signed in may not do this."""

    def __init__(self, code: str = "not-allowed", sentence: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
