"""Makes the tokens by which matching notices a conflict of interest without anybody reading what connects clients."""

from services.intake.domain.answers import Submission
from services.intake.domain.links import Links, Mark, marks_of
from shared.privacy import Keyring

LENGTH = 32
"""Hexadecimal digits of each hash: enough that two different people never share one by chance."""


def conflict_tokens(keys: Keyring, asked: Submission) -> tuple[str, ...]:
    """The tokens of a request, made with a key that intake alone has; during a change of keys, with both.

    Those that a form made before, of somebody who was named there, stay.
    """
    contact = asked.contact
    marks = marks_of(contact.name, (contact.email, contact.phone), asked.links)
    return tuple(dict.fromkeys((*_all(keys, marks), *asked.need.conflict_tokens)))


def tokens_of(keys: Keyring, links: Links) -> tuple[str, ...]:
    """The tokens of other people and files alone, for a form whose client is not known yet."""
    return _all(keys, marks_of("", (), links))


def _all(keys: Keyring, marks: tuple[Mark, ...]) -> tuple[str, ...]:
    return tuple(token for mark in marks for token in _tokens(keys, mark))


def _tokens(keys: Keyring, mark: Mark) -> list[str]:
    kind = "own-name" if mark.own else "link"
    bases = keys.lookup_hashes(f"link.{mark.scope}", mark.value)
    if not mark.year:
        return [f"{kind}:{base.hex()[:LENGTH]}" for base in bases]
    details = keys.lookup_hashes("link.born", f"{mark.value}:{mark.year}")
    return [
        f"{kind}:{base.hex()[:LENGTH]}:{detail.hex()[:LENGTH]}" for base, detail in zip(bases, details, strict=True)
    ]
