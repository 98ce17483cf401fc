"""What connects two clients is brought into one spelling, and read by nobody after that."""

import pytest

from services.intake.domain.links import Links, Mark, marks_of, one_address, one_file, one_name, one_number
from services.intake.handlers.linking import conflict_tokens
from shared.privacy import Keyring
from tests.component.intake import a_contact, a_submission


@pytest.mark.parametrize(
    "text",
    [
        "John Smith",
        "SMITH, John",
        "  john   smith ",
        "Mr John Peter Smith",
        "Jöhn Smith",
        "Dr. John Smith",
        "Smith John",
        "JOHN\u00a0SMITH",
        "Jo\u0308hn SMITH",
    ],
)
def test_a_name_has_one_spelling(text: str) -> None:
    assert one_name(text) == "john smith"


@pytest.mark.parametrize("text", ["", "John", "Mr Smith", "—", "  "])
def test_less_than_a_full_name_says_nothing(text: str) -> None:
    assert one_name(text) == ""


def test_hyphens_and_apostrophes_do_not_matter() -> None:
    assert one_name("Mary O'Brien-Jones") == one_name("mary obrien jones".replace(" jones", "jones"))


@pytest.mark.parametrize(
    "text",
    [
        "07700 900123",
        "+44 7700 900 123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "447700900123",
        "7700900123",
        "+44 07700 900-123",
        "\uff10\uff17\uff17\uff10\uff10 900123",
    ],
)
def test_a_number_has_one_spelling(text: str) -> None:
    assert one_number(text) == "07700900123"


@pytest.mark.parametrize("text", ["", "12345", "flat 12, 07700 900123"])
def test_what_is_no_number_says_nothing(text: str) -> None:
    assert one_number(text) == ""


def test_addresses_and_files_have_one_spelling() -> None:
    assert one_address(" Robin+help@Example.org") == one_address("ROBIN@example.ORG") == "robin@example.org"
    assert one_file("CRN 12/345-x") == one_file("crn12345X") == "crn12345x"
    assert one_file("123") == ""


def test_each_thing_is_marked_once_with_what_it_is() -> None:
    links = Links(1980, ("Jo Doe (1955)", "jo@example.org", "07700 900123", "07700900123", "Bob"), ("CRN 12345",))

    assert marks_of("Robin Example", ("robin@example.org", ""), links) == (
        Mark("name", "example robin", own=True, year="1980"),
        Mark("email", "robin@example.org"),
        Mark("name", "doe jo", year="1955"),
        Mark("email", "jo@example.org"),
        Mark("phone", "07700900123"),
        Mark("file", "crn12345"),
    )


def test_tokens_tell_nothing_and_depend_on_the_key() -> None:
    asked = a_submission(contact=a_contact(name="Robin Example"))
    keys, others = (Keyring.generate(["intake"])["intake"] for _ in range(2))

    tokens = conflict_tokens(keys, asked)

    assert tokens == conflict_tokens(keys, asked)
    assert len(tokens) == 2
    assert not set(tokens) & set(conflict_tokens(others, asked))
    assert not any(word in token for token in tokens for word in ("robin", "example"))
