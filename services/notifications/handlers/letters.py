"""Writes the mails from their templates: neutral subject, plain words, no variable that could carry a person."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.domain.delivery import Purpose
from services.notifications.gateways.mail import Letter

FOLDER = Path(__file__).parents[1] / "templates" / "mail"
VARIABLES = frozenset({"link", "phone_number"})
"""All that a mail's template may speak of."""
SUBJECT = "Subject: "


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=False, undefined=StrictUndefined)  # noqa: S701 - text


def letter_for(purpose: Purpose, *, link: str, phone_number: str) -> Letter:
    """The mail of a purpose; the template's first line is its subject."""
    written = _templates().get_template(f"{purpose}.txt").render(link=link, phone_number=phone_number)
    first, _, text = written.partition("\n")
    if not first.startswith(SUBJECT):
        raise ValueError(f"the template of {purpose} must begin with its subject")
    return Letter(first.removeprefix(SUBJECT).strip(), text.lstrip("\n"))
