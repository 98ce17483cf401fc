"""Classic forms keep what was typed and say plainly what is missing."""

from typing import ClassVar

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator
from starlette.datastructures import FormData

from shared.web.forms import Form, blank_form, check_form, tidy


class Contact(BaseModel):
    words: ClassVar[dict[str, str]] = {
        "name": "Tell us what to call you.",
        "age.int_parsing": "Write the age in figures.",
    }

    name: str = Field(max_length=20)
    age: int | None = Field(default=None, ge=18)
    hours: tuple[str, ...] = ()
    note: str | None = None
    password: SecretStr | None = None

    @field_validator("note")
    @classmethod
    def _short(cls, note: str | None) -> str | None:
        if note and len(note.split()) > 5:
            raise ValueError("Use no more than five words.")
        return note


def sent(*pairs: tuple[str, str]) -> Form[Contact]:
    return check_form(FormData(list(pairs)), Contact)


def test_good_answers_become_the_model() -> None:
    form = sent(("name", " Kit "), ("age", "40"), ("hours", "9"), ("hours", "17"), ("csrf_token", "x"))
    assert form.model == Contact(name="Kit", age=40, hours=("9", "17"))
    assert form.errors == {}


def test_an_empty_box_is_not_an_answer() -> None:
    form = sent(("name", "   "), ("age", ""))
    assert form.model is None
    assert form.errors == {"name": "Tell us what to call you."}


def test_what_was_typed_is_kept_beside_its_error() -> None:
    form = sent(("name", "Kit"), ("age", "forty"), ("hours", "9"), ("note", "one two three four five six"))
    assert form.model is None
    assert form.text("age") == "forty"
    assert form.chosen("hours") == ("9",)
    assert form.error("age") == {"text": "Write the age in figures."}
    assert form.error("note") == {"text": "Use no more than five words."}
    assert form.error("name") is None
    assert {"text": "Write the age in figures.", "href": "#age"} in form.summary


def test_no_sentence_repeats_what_was_typed() -> None:
    marker = "zebra7731"
    form = sent(("name", marker * 5), ("age", marker))
    assert set(form.errors) == {"name", "age"}
    assert not any(marker in sentence for sentence in form.errors.values())


def test_a_password_is_taken_as_typed_and_never_shown_again() -> None:
    form = sent(("name", ""), ("password", "  spaces matter  "))
    assert form.text("password") == ""
    accepted = sent(("name", "Kit"), ("password", "  spaces matter  "))
    assert accepted.model is not None
    assert accepted.model.password is not None
    assert accepted.model.password.get_secret_value() == "  spaces matter  "
    assert "spaces" not in repr(accepted)


def test_a_later_rule_can_refuse_and_keep_the_answers() -> None:
    form = sent(("name", "Kit")).refused(name="That name is taken.")
    assert form.model is None
    assert form.text("name") == "Kit"
    assert form.error("name") == {"text": "That name is taken."}


def test_a_blank_form_can_be_filled_in_beforehand() -> None:
    form = blank_form(Contact, name="Kit", hours=("9",))
    assert (form.text("name"), form.chosen("hours"), form.text("age"), form.errors) == ("Kit", ("9",), "", {})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("a\r\nb\rc", "a\nb\nc"), ("nul\x00\x07", "nul"), ("Zoe\u0308", "Zoë"), ("\ud800x", "x"), ("\ta ", "a")],
)
def test_text_is_tidied(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
