"""The field register refuses incomplete entries, notices disagreements with a schema, and renders reproducibly."""

from datetime import timedelta
from typing import Any

import pytest

from shared.privacy import Basis, Category, Condition, NotPersonal, PersonalField, Protection, Register, Retention
from shared.privacy.document import privacy_page
from shared.privacy.kernel_tables import NOT_PERSONAL, PERSONAL
from shared.privacy.register import disagreements


def a_field(**changes: Any) -> PersonalField:
    plain: dict[str, Any] = {
        "table": "client",
        "column": "name",
        "what": "the client's name",
        "category": Category.CRIMINAL,
        "purpose": "contact",
        "basis": Basis.CONSENT,
        "condition": Condition.OFFENCE_CONSENT,
        "retention": Retention.REFERRAL_WITH_THERAPY,
        "protection": Protection.ENCRYPTED,
        "seen_by": "triage, with a reason",
    }
    return PersonalField(**(plain | changes))


REGISTER = Register("intake", (a_field(),), (NotPersonal("client", ("client_id", "created_at"), "an id and a time"),))
SCHEMA = {("client", "name"), ("client", "client_id"), ("client", "created_at")}


def test_a_register_that_covers_every_column_agrees() -> None:
    assert disagreements(REGISTER, SCHEMA) == []


def test_a_new_column_is_noticed() -> None:
    assert disagreements(REGISTER, SCHEMA | {("client", "email")}) == ["intake: client.email is not in the register"]


def test_a_column_that_is_gone_is_noticed() -> None:
    assert disagreements(REGISTER, SCHEMA - {("client", "name")}) == [
        "intake: client.name is registered but does not exist"
    ]


def test_a_column_registered_twice_is_noticed() -> None:
    twice = Register("intake", REGISTER.personal, (*REGISTER.not_personal, NotPersonal("client", ("name",), "no")))

    assert disagreements(twice, SCHEMA) == ["intake: client.name is registered twice"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"condition": None}, "further condition"),
        ({"category": Category.SPECIAL, "condition": None}, "further condition"),
        ({"category": Category.ORDINARY}, "further condition"),
        ({"protection": Protection.CLEAR}, "in clear, without a reason"),
        ({"purpose": ""}, "must be said"),
        ({"seen_by": ""}, "must be said"),
    ],
)
def test_an_incomplete_field_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        a_field(**changes)


def test_columns_without_a_reason_are_refused() -> None:
    with pytest.raises(ValueError, match="need names and a reason"):
        NotPersonal("client", ("client_id",), "")


def test_the_page_names_every_field_and_rule_and_does_not_depend_on_order() -> None:
    other = Register("funding", (a_field(table="means_test", column="a|b", why_clear="counted"),), ())

    page = privacy_page([REGISTER, other])

    assert page == privacy_page(iter([other, REGISTER]))
    assert "| `client.name` | the client's name | criminal offence | contact |" in page
    assert "means_test.a\\|b" in page
    assert all(f"`{field.table}.{field.column}`" in page for field in PERSONAL)
    assert all(f"| {rule.name.lower().replace('_', ' ')} |" in page for rule in Retention)
    assert page.index("## Funding") < page.index("## Intake")


def test_every_rule_has_a_length_and_says_why() -> None:
    for rule in Retention:
        assert rule.value.keep >= timedelta(0)
        assert rule.value.starts
        assert rule.value.why


def test_two_rules_of_the_same_length_stay_two_rules() -> None:
    assert len(list(Retention)) == len(Retention.__members__)


def test_the_kernels_own_tables_are_declared_once() -> None:
    declared = [name for entry in (*PERSONAL, *NOT_PERSONAL) for name in entry.names]

    assert len(declared) == len(set(declared))
