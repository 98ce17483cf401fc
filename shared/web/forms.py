"""Classic forms: what was typed becomes a pydantic model, or comes back with a plain sentence beside each field."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData
from starlette.requests import Request

from shared.web.words import field_of, sentence_for

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Form(Generic[M]):
    """A form as it stands: `model` when every answer is good, otherwise `errors` by field.

    `answers` are what was typed, kept to be shown again.
    """

    model: M | None = None
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What to show in a box."""
        return (self.answers.get(name) or ("",))[-1]

    def chosen(self, name: str) -> tuple[str, ...]:
        """Which of the choices are ticked."""
        return self.answers.get(name, ())

    def error(self, name: str) -> dict[str, str] | None:
        """The `errorMessage` of a GOV.UK component, if there is one for this field."""
        return {"text": self.errors[name]} if name in self.errors else None

    @property
    def summary(self) -> list[dict[str, str]]:
        """The `errorList` of the error summary: each sentence links to its field."""
        return [{"text": sentence, "href": f"#{name}"} for name, sentence in self.errors.items()]

    def refused(self, **errors: str) -> "Form[M]":
        """The same answers with further errors, found by a rule that looks beyond the form."""
        return Form(None, self.answers, {**self.errors, **errors})


def blank_form(_model: type[M], **answers: str | tuple[str, ...]) -> Form[M]:
    """A form nobody has sent yet, filled in with `answers`."""
    return Form(None, {name: (value,) if isinstance(value, str) else value for name, value in answers.items()})


async def read_form(request: Request, model: type[M]) -> Form[M]:
    """What was sent, checked against `model`. An empty box counts as not answered.

    Choices with several ticks need a field of type list, tuple or set; a `SecretStr` is taken as typed and not
    shown again. For words of its own a model may have a class variable `words`: `{"email": "Enter your address."}`,
    or for one kind of error only, `{"email.missing": "…"}`.
    """
    return check_form(await request.form(), model)


def check_form(sent: FormData, model: type[M]) -> Form[M]:
    """As `read_form`, from fields already read."""
    answers: dict[str, tuple[str, ...]] = {}
    given: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        key = info.alias or name
        typed = [value for value in sent.getlist(key) if isinstance(value, str)]
        if SecretStr in _options(info):
            given.update((key, value) for value in typed if value)
        else:
            answers[key] = tuple(text for value in typed if (text := tidy(value)))
    for name, info in model.model_fields.items():
        key = info.alias or name
        if answers.get(key):
            given[key] = list(answers[key]) if takes_several(info) else answers[key][-1]
    try:
        return Form(model.model_validate(given), answers, {})
    except ValidationError as error:
        return Form(None, answers, _errors(error, model))


def _errors(error: ValidationError, model: type[BaseModel]) -> dict[str, str]:
    words: Mapping[str, str] = getattr(model, "words", {})
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        name = field_of(detail).split(".")[0]
        own = words.get(f"{name}.{detail['type']}") or (words.get(name) if detail["type"] != "value_error" else None)
        found.setdefault(name, own or sentence_for(detail))
    return found


def tidy(text: str) -> str:
    """Text as we keep it: composed characters, plain line ends, no control characters, no space around it."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        character
        for character in composed
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return "".join(kept).strip()


def takes_several(info: FieldInfo) -> bool:
    """Whether a field holds several answers."""
    return any((get_origin(option) or option) in (list, tuple, set, frozenset) for option in _options(info))


def _options(info: FieldInfo) -> tuple[Any, ...]:
    return get_args(info.annotation) if get_origin(info.annotation) in (Union, UnionType) else (info.annotation,)
