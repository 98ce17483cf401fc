"""How somebody who acted is named on a page."""

from shared.web import Staff

_NAMES = {"client": "the client", "system": "the system", "rules": "the rules", "therapist": "the therapist",
          "evaluation": "an answer in an evaluation form"}  # fmt: skip


def who(actor: str, reader: Staff) -> str:
    """The actor of a transaction in words, as `reader` would say it."""
    if actor == reader.actor:
        return "you"
    if actor.startswith("staff:"):
        return f"a colleague ({actor[-4:]})"
    if actor.startswith("key:"):
        return "a referrer's system"
    return _NAMES.get(actor, actor)
