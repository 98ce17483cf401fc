"""E-mail addresses as people type them."""


def plain_address(typed: str) -> str:
    """An e-mail address as it is compared: people type capitals and spaces that mean nothing."""
    return typed.strip().casefold()


def is_address(typed: str) -> bool:
    """Whether this can be an e-mail address at all; whether somebody reads it, only a mail can tell."""
    name, at, host = typed.partition("@")
    return bool(name and at and host) and "@" not in host and not any(character.isspace() for character in typed)
