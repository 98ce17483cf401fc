"""Credentials: what is enough, until when it holds, when notice is due, and what a lapse is."""

from datetime import date, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from services.matching.domain import standings
from services.matching.domain.accreditation import (
    Line,
    accreditation,
    lapse_sentence,
    missing_for_activation,
    next_look_on,
    run_out,
    warnings_due,
)
from services.matching.domain.credentials import (
    KINDS,
    Credential,
    CredentialKind,
    Evidence,
    Requirement,
    checked_evidence,
    cleared_for_children,
)
from services.matching.domain.evidence_columns import EVIDENCE_COLUMNS, WrongCell, column_of, evidence_from
from services.matching.domain.register_policy import RegisterPolicy
from services.matching.domain.standings import StandingChange, standing_after_lapse
from services.matching.domain.supervision import Supervision, signed_minutes, supervised_until, wrong_entry
from shared.events.codes import TherapistStanding
from shared.kernel.ids import TherapistId
from tests.component.harness import MONDAY_MORNING

TODAY = date(2026, 3, 2)
_ASKED: dict[CredentialKind, dict[str, Any]] = {
    "specialist-training": {"minimum": 3},
    "insurance": {"minimum": 200_000_000, "needs_expiry": True, "warn_days": (60, 14)},
    "development-hours": {"minimum": 30, "minimum_on_this_work": 8, "lasts_months": 12, "warn_days": (60, 14)},
    "practice-hours": {"minimum": 100, "lasts_months": 12, "warn_days": (60, 14)},
    "specialist-supervision": {"minimum": 60, "grace_days": 14, "warn_days": (14, 7)},
    "clearance": {"needs_expiry": True, "warn_days": (60, 14)},
    "body-membership": {"needs_expiry": True, "warn_days": (60, 14)},
}
POLICY: dict[CredentialKind, Requirement] = {
    kind: Requirement(kind=kind, valid_from=date(2000, 1, 1), required=True, **more) for kind, more in _ASKED.items()
}


def shown(kind: CredentialKind, **changes: Any) -> Evidence:
    """Evidence that is enough, unless a test says otherwise."""
    plain: dict[CredentialKind, dict[str, Any]] = {
        "specialist-training": {"amount": 3},
        "insurance": {"amount": 200_000_000, "expires_on": date(2026, 6, 30)},
        "development-hours": {"amount": 30, "on_this_work": 8},
        "practice-hours": {"amount": 100},
        "clearance": {"level": "enhanced", "expires_on": date(2028, 1, 1)},
        "body-membership": {"expires_on": date(2026, 12, 31)},
    }
    return Evidence(**{"kind": kind, "issued_on": date(2026, 1, 1), **plain[kind], **changes})


def recorded(evidence: Evidence, number: int = 1) -> Credential:
    return Credential(UUID(int=number), evidence, TODAY)


def lines(*credentials: Credential, today: date = TODAY, supervised: date | None = None) -> dict[CredentialKind, Line]:
    found = accreditation(POLICY.values(), credentials, supervised, today)
    return {line.kind: line for line in found}


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("specialist-training", {"amount": 2}, "amount"),
        ("specialist-training", {"amount": None}, "amount"),
        ("insurance", {"amount": 199_999_999}, "amount"),
        ("insurance", {"expires_on": None}, "expires_on"),
        ("insurance", {"issued_on": date(2026, 3, 3)}, "issued_on"),
        ("insurance", {"expires_on": date(2025, 12, 31)}, "expires_on"),
        ("insurance", {"expires_on": date(2026, 3, 1)}, "expires_on"),
        ("development-hours", {"amount": 29}, "amount"),
        ("development-hours", {"on_this_work": 7}, "on_this_work"),
        ("development-hours", {"on_this_work": 31}, "on_this_work"),
        ("development-hours", {"issued_on": date(2025, 3, 1)}, "issued_on"),
        ("practice-hours", {"amount": 99}, "amount"),
        ("clearance", {"level": None}, "level"),
    ],
)
def test_evidence_that_is_not_enough_is_refused_where_it_is_wrong(
    kind: CredentialKind, changes: dict[str, Any], field: str
) -> None:
    found = checked_evidence(shown(kind, **changes), POLICY[kind], TODAY)

    assert not isinstance(found, Evidence)
    assert [wrong.field for wrong in found] == [field]
    assert found[0].sentence.endswith(".")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "specialist-supervision"])
def test_evidence_that_is_just_enough_is_taken(kind: CredentialKind) -> None:
    assert isinstance(checked_evidence(shown(kind), POLICY[kind], TODAY), Evidence)


@pytest.mark.parametrize("last_day", [TODAY, TODAY + timedelta(days=1)])
def test_a_credential_may_be_recorded_up_to_its_last_day(last_day: date) -> None:
    given = shown("insurance", issued_on=date(2025, 3, 3), expires_on=last_day)

    assert isinstance(checked_evidence(given, POLICY["insurance"], TODAY), Evidence)


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        (date(2025, 3, 3), date(2026, 3, 2)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2025, 12, 15), date(2026, 12, 14)),
        (date(2026, 2, 28), date(2027, 2, 27)),
    ],
)
def test_hours_hold_for_a_year_to_the_day_before(issued: date, until: date) -> None:
    found = checked_evidence(shown("practice-hours", issued_on=issued), POLICY["practice-hours"], TODAY)

    assert isinstance(found, Evidence)
    assert found.expires_on == until


def test_hours_of_a_leap_day_hold_to_the_end_of_february() -> None:
    given = shown("practice-hours", issued_on=date(2028, 2, 29))
    found = checked_evidence(given, POLICY["practice-hours"], date(2028, 3, 1))

    assert isinstance(found, Evidence)
    assert found.expires_on == date(2029, 2, 28)


def test_a_credential_holds_to_the_end_of_its_last_day_and_not_a_day_longer() -> None:
    insurance = recorded(shown("insurance", expires_on=date(2026, 6, 30)))

    assert lines(insurance, today=date(2026, 4, 30))["insurance"].state == "in-date"
    assert lines(insurance, today=date(2026, 5, 1))["insurance"].state == "running-out"
    assert lines(insurance, today=date(2026, 6, 30))["insurance"].state == "running-out"
    over = lines(insurance, today=date(2026, 7, 1))["insurance"]
    assert over.state == "run-out"
    assert lapse_sentence([over]) == "Insurance ran out on 30 June 2026."


def test_what_was_never_shown_is_not_verified_and_no_cause_of_a_lapse() -> None:
    nothing = lines().values()

    assert {line.state for line in nothing} == {"not-verified"}
    assert run_out(nothing) == ()
    assert {line.kind for line in missing_for_activation(nothing)} == set(KINDS) - {"specialist-supervision"}


def test_of_several_the_one_that_holds_longest_counts() -> None:
    old = recorded(shown("insurance", expires_on=date(2026, 3, 1)), 1)
    new = recorded(shown("insurance", expires_on=date(2027, 3, 1)), 2)

    for order in ((old, new), (new, old)):
        assert lines(*order)["insurance"].credential == new


def test_what_is_not_required_is_not_asked_for() -> None:
    relaxed = Requirement(kind="insurance", valid_from=TODAY, required=False)

    assert accreditation([relaxed], [], None, TODAY) == ()


@pytest.mark.parametrize(
    ("left", "given", "due"),
    [
        (61, None, None), (60, None, 60), (30, None, 60), (30, 60, None), (14, 60, 14), (14, None, 14), (3, 14, None),
        (0, 60, 14), (-1, None, None),
    ],
)  # fmt: skip
def test_each_notice_is_given_once_and_a_late_one_only_if_no_tighter_one_has_begun(
    left: int, given: int | None, due: int | None
) -> None:
    until = TODAY + timedelta(days=left)
    insurance = recorded(shown("insurance", expires_on=until))
    before = {} if given is None else {("insurance", until): given}

    found = warnings_due(lines(insurance).values(), before, TODAY)  # type: ignore[arg-type]

    assert [notice.days for notice in found] == ([] if due is None else [due])


def test_the_next_look_is_the_next_day_on_which_something_changes() -> None:
    until = date(2026, 6, 30)
    insurance = recorded(shown("insurance", expires_on=until))
    days = []
    today = TODAY
    while (following := next_look_on(lines(insurance, today=today).values(), today)) is not None:
        days.append(following)
        today = following

    assert days == [until - timedelta(days=60), until - timedelta(days=14), until + timedelta(days=1)]


def test_work_with_children_needs_an_enhanced_clearance_in_date() -> None:
    enhanced = recorded(shown("clearance", expires_on=TODAY))
    basic = recorded(shown("clearance", level="basic"))

    assert cleared_for_children((), TODAY) is None
    assert cleared_for_children((basic,), TODAY) is False
    assert cleared_for_children((basic, enhanced), TODAY) is True
    assert cleared_for_children((basic, enhanced), TODAY + timedelta(days=1)) is False


def meeting(held_on: date, minutes: int = 60, state: Any = "signed") -> Supervision:
    return Supervision(UUID(int=1), TherapistId(UUID(int=2)), UUID(int=3), held_on, minutes, state, MONDAY_MORNING)


def test_a_month_of_signed_supervision_covers_the_next_one_and_the_days_of_grace() -> None:
    rule = POLICY["specialist-supervision"]

    assert supervised_until({}, rule) is None
    assert supervised_until(signed_minutes([meeting(date(2026, 2, 3), 59)]), rule) is None
    assert supervised_until(signed_minutes([meeting(date(2026, 2, 3), state="to-sign")]), rule) is None
    two = [meeting(date(2026, 2, 3), 30), meeting(date(2026, 2, 20), 30)]
    assert supervised_until(signed_minutes(two), rule) == date(2026, 4, 14)
    assert supervised_until(signed_minutes([meeting(date(2026, 12, 31))]), rule) == date(2027, 2, 14)
    late = [meeting(date(2026, 2, 3)), meeting(date(2026, 4, 30))]
    assert supervised_until(signed_minutes(late), rule) == date(2026, 6, 14)


def test_a_meeting_in_the_future_or_too_short_is_refused() -> None:
    assert wrong_entry(TODAY, 60, TODAY) == ()
    assert [wrong.field for wrong in wrong_entry(TODAY + timedelta(days=1), 14, TODAY)] == ["held_on", "minutes"]
    assert [wrong.field for wrong in wrong_entry(date(2025, 2, 1), 601, TODAY)] == ["held_on", "minutes"]


def test_renewal_leads_back_where_the_lapse_began_unless_a_person_decided_on_it() -> None:
    def change(before: Any, after: Any, cause: Any) -> StandingChange:
        return StandingChange(before, after, cause, "system", datetime(2026, 3, 2))  # noqa: DTZ001 - not looked at

    assert standing_after_lapse(None) is None
    assert standing_after_lapse(change("active", "lapsed", "credentials")) == "active"
    assert standing_after_lapse(change("paused", "lapsed", "credentials")) == "paused"
    assert standing_after_lapse(change("active", "lapsed", "decided")) is None
    assert standing_after_lapse(change("lapsed", "suspended", "credentials")) is None


def test_places_are_stale_from_the_day_on_which_the_days_are_over() -> None:
    policy = RegisterPolicy(capacity_stale_days=30)

    assert not policy.is_stale(TODAY, date(2026, 3, 31))
    assert policy.is_stale(TODAY, date(2026, 4, 1))


def test_credentials_are_read_from_the_columns_of_a_file() -> None:
    row = dict.fromkeys(EVIDENCE_COLUMNS, "") | {
        "insurance_issued": "2026-01-01", "insurance_expires": "2026-12-31", "insurance_amount": "£2,000,000",
        "development_issued": "2026-01-01", "development_amount": "30", "development_on_this_work": "8",
        "clearance_issued": "2026-01-01", "clearance_expires": "2029-01-01", "clearance_level": "Enhanced",
    }  # fmt: skip

    found = evidence_from(row)

    assert [one.kind for one in found if isinstance(one, Evidence)] == ["insurance", "development-hours", "clearance"]
    insurance = found[0]
    assert isinstance(insurance, Evidence)
    assert (insurance.amount, insurance.expires_on) == (200_000_000, date(2026, 12, 31))


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"insurance_expires": "2026-12-31"}, "insurance_issued"),
        ({"insurance_issued": "1/2/2026"}, "insurance_issued"),
        ({"insurance_issued": "2026-02-30"}, "insurance_issued"),
        ({"insurance_issued": "2026-01-01", "insurance_amount": "=2+2"}, "insurance_amount"),
        ({"insurance_issued": "2026-01-01", "insurance_amount": "1.5"}, "insurance_amount"),
        ({"clearance_issued": "2026-01-01", "clearance_level": "good"}, "clearance_level"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(cells: dict[str, str], column: str) -> None:
    found = evidence_from(cells)

    assert [one.column for one in found if isinstance(one, WrongCell)] == [column]


def test_a_rule_s_answer_names_the_column() -> None:
    found = checked_evidence(shown("insurance", amount=1), POLICY["insurance"], TODAY)

    assert not isinstance(found, Evidence)
    assert column_of(found[0], "insurance") == "insurance_amount"


def test_standings_are_the_same_here_and_on_the_wire() -> None:
    assert set(standings.STANDINGS) == set(get_args(TherapistStanding))
