"""What a guard raises when it does not let a request through."""


class SignInNeeded(Exception):
    """Nobody is signed in here; `address` is where they can."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class NotAllowed(Exception):
    """Whoever is signed in may not do this."""

    def __init__(self, code: str = "not-allowed", sentence: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
