"""Choices in the shape in which the GOV.UK components take them."""

from collections.abc import Mapping
from typing import Any

from services.intake.domain.purposes import AGREEMENTS
from services.intake.web.wording import Words

Item = dict[str, Any]


def radio_items(options: Mapping[str, Words], chosen: tuple[str, ...]) -> list[Item]:
    """One item a choice, with its hint where it has one."""
    return [
        {
            "value": code,
            "text": words.text,
            "checked": code in chosen,
            **({"hint": {"text": words.hint}} if words.hint else {}),
        }
        for code, words in options.items()
    ]


def agreement_items(chosen: tuple[str, ...] | frozenset[str], *, sent: bool) -> list[Item]:
    """One item a purpose; once the form is sent, the needed one says what taking it back means."""
    return [
        {
            "value": agreement.purpose,
            "text": agreement.title + (" (needed)" if agreement.needed and not sent else ""),
            "hint": {"text": agreement.words + (" Taking this back closes it." if agreement.needed and sent else "")},
            "checked": agreement.purpose in chosen,
        }
        for agreement in AGREEMENTS
    ]
