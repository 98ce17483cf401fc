"""The rules of triage, priority, area, receipts, closing, contact and concerns."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import closing, codes, concerns, triage
from services.intake.domain.answers import Contact, Submission
from services.intake.domain.area import outward_code
from services.intake.domain.contacting import DoNotContact, Reach, reach
from services.intake.domain.priority import ORDER, propose_priority
from services.intake.domain.purposes import AGREEMENTS
from services.intake.domain.receipts import grouped, read_receipt, receipt_from
from services.intake.domain.triage import NeedsPerson, StraightOn
from services.intake.web.wording import GROUP_NAMES, GROUPS
from shared.events import codes as published
from tests.component.intake import a_contact, a_need, a_submission

DOUBTS: list[tuple[str, Submission]] = [
    ("danger-now", a_submission(danger="yes")),
    ("danger-unsure", a_submission(danger="unsure")),
    ("under-18", a_submission(age_band="under-13")),
    ("under-18", a_submission(age_band="13-17")),
    ("own-words", a_submission(words="Please read this.")),
    ("kind-not-said", a_submission(client_group=None)),
    ("stage-not-said", a_submission(client_group="images", legal_stage=None)),
    ("in-prison", a_submission(client_group="images", legal_stage="prison")),
    ("asked-by-another", a_submission(asker="close-person")),
    ("no-way-to-reach", a_submission(contact=Contact())),
    ("other-language", a_submission(other_language=True)),
]


def test_a_straightforward_request_goes_straight_on() -> None:
    assert triage.triage(a_submission()) == StraightOn()
    assert triage.triage(a_submission(client_group="images", legal_stage="unknown-to-authorities")) == StraightOn()


@pytest.mark.parametrize(("code", "asked"), DOUBTS)
def test_each_doubt_alone_asks_for_a_person(code: str, asked: Submission) -> None:
    assert triage.triage(asked) == NeedsPerson((code,))


def test_every_triage_rule_is_tried() -> None:
    assert {code for code, _ in DOUBTS} == {rule.code for rule in triage.RULES}
    assert len({rule.code for rule in triage.RULES}) == len(triage.RULES)


def test_only_a_stated_danger_opens_a_concern_by_itself() -> None:
    assert triage.is_dangerous(a_submission(danger="yes"))
    assert not triage.is_dangerous(a_submission(danger="unsure"))


@pytest.mark.parametrize(
    ("changes", "priority"),
    [
        ({}, "routine"),
        ({"danger": "yes", "age_band": "13-17"}, "immediate"),
        ({"danger": "unsure"}, "urgent"),
        ({"age_band": "under-13"}, "urgent"),
        ({"legal_stage": "investigated"}, "urgent"),
        ({"legal_stage": "bail"}, "urgent"),
        ({"legal_stage": "released"}, "urgent"),
        ({"legal_stage": "sentenced"}, "routine"),
    ],
)
def test_the_highest_priority_that_a_rule_asks_for_is_proposed(changes: dict[str, object], priority: str) -> None:
    proposal = propose_priority(a_need(**changes))

    assert proposal.priority == priority
    assert bool(proposal.reasons) == (priority != "routine")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("TQ13 7HD", "TQ13"),
        ("tq137hd", "TQ13"),
        ("  sw1a 1aa ", "SW1A"),
        ("E1 1AA", "E1"),
        ("w1a", "W1A"),
        ("M1", "M1"),
        ("EC1A 1", "EC1A"),
        ("", None),
        ("Totnes", None),
        ("1234", None),
        ("TQ13 7HD extra", "TQ13"),
        ("=TQ13", None),
    ],
)
def test_only_the_outward_half_of_a_postcode_is_taken(typed: str, code: str | None) -> None:
    assert outward_code(typed) == code


@given(st.text(max_size=20))
def test_no_area_is_ever_longer_than_an_outward_code(typed: str) -> None:
    found = outward_code(typed)

    assert found is None or (2 <= len(found) <= 4 and found.isascii() and found.isalnum())


@given(st.binary(min_size=16, max_size=32))
def test_a_receipt_is_read_back_however_it_is_grouped(secret: bytes) -> None:
    receipt = receipt_from(secret)

    assert len(receipt) == 20
    for typed in (receipt, grouped(receipt), f" {grouped(receipt)} ", receipt[:10] + "-" + receipt[10:]):
        assert read_receipt(typed) == receipt


@pytest.mark.parametrize("typed", ["", "1234", "1" * 19, "1" * 21, "a" * 20, "½" * 20])
def test_what_cannot_be_a_receipt_is_none(typed: str) -> None:
    assert read_receipt(typed) is None


def test_the_codes_here_are_the_published_codes() -> None:
    for ours, theirs in (
        (codes.Channel, published.Channel),
        (codes.Source, published.ReferralSource),
        (codes.ClientGroup, published.ClientGroup),
        (codes.AgeBand, published.AgeBand),
        (codes.LegalStage, published.LegalStage),
        (codes.TherapistGender, published.TherapistGender),
        (codes.Setting, published.Setting),
        (codes.Means, published.Means),
        (codes.Priority, published.Priority),
        (codes.Outcome, published.TriageOutcome),
        (codes.Purpose, published.ConsentPurpose),
        (codes.WaitReason, published.WaitReason),
        (closing.EndedBy, published.EndedBy),
        (closing.CloseReason, published.CloseReason),
    ):
        assert get_args(ours) == get_args(theirs)
    assert set(GROUPS) == set(GROUP_NAMES) == set(get_args(codes.ClientGroup))
    assert set(ORDER) == set(get_args(codes.Priority))
    assert {agreement.purpose for agreement in AGREEMENTS} == set(get_args(codes.Purpose))
    assert [agreement.purpose for agreement in AGREEMENTS if agreement.needed] == ["referral"]


def test_reasons_of_the_second_level_belong_to_the_first() -> None:
    assert closing.is_closing("client", "no-answer")
    assert not closing.is_closing("therapist", "no-answer")
    assert {one.reason for one in closing.CLOSINGS} == set(get_args(closing.CloseReason))


def test_only_what_began_can_be_completed_or_ended_early() -> None:
    before = {one.reason for one in closing.closings_for("in_triage")}
    during = {one.reason for one in closing.closings_for("in_therapy")}

    assert during - before == {"completed", "ended-early"}


@pytest.mark.parametrize(
    ("contact", "medium", "expected"),
    [
        (a_contact(), "email", Reach("email", "robin@example.org")),
        (a_contact(), "text", DoNotContact("not-this-medium")),
        (a_contact(), "phone", DoNotContact("not-this-medium")),
        (Contact(), "email", DoNotContact("no-channel")),
        (Contact(channel="none", email="robin@example.org"), "email", DoNotContact("no-channel")),
        (Contact(channel="text", phone="+447700900123"), "text", Reach("text", "+447700900123")),
    ],
)
def test_a_client_is_reached_only_in_the_way_they_chose(contact: Contact, medium: str, expected: object) -> None:
    found = reach(contact, medium, state="matching", consents=frozenset({"referral"}))  # type: ignore[arg-type]

    assert found == expected


def test_nobody_is_reached_after_closing_or_without_agreement() -> None:
    assert reach(a_contact(), "email", state="withdrawn", consents=frozenset({"referral"})) == DoNotContact("closed")
    assert reach(a_contact(), "email", state="offered", consents=frozenset()) == DoNotContact("consent-missing")


@pytest.mark.parametrize("agreement", ["evaluation", "subsidy"])
def test_what_needs_its_own_agreement_is_asked_only_of_those_who_gave_it(agreement: Any) -> None:
    agreed = frozenset({"referral", agreement})

    assert isinstance(reach(a_contact(), "email", state="matching", consents=agreed, agreement=agreement), Reach)
    assert reach(
        a_contact(), "email", state="matching", consents=frozenset({"referral"}), agreement=agreement
    ) == DoNotContact("consent-missing")


def test_only_how_it_went_is_asked_after_therapy() -> None:
    agreed: Any = frozenset({"referral", "evaluation", "subsidy"})

    assert isinstance(reach(a_contact(), "email", state="completed", consents=agreed, agreement="evaluation"), Reach)
    assert reach(a_contact(), "email", state="completed", consents=agreed, agreement="subsidy") == DoNotContact(
        "closed"
    )


def test_closing_a_concern_takes_two_people() -> None:
    assert concerns.may_confirm_closing("staff:a", "staff:b")
    assert not concerns.may_confirm_closing("staff:a", "staff:a")
    assert not concerns.may_confirm_closing("", "staff:b")


def test_a_concern_climbs_level_by_level_and_stays_at_the_top() -> None:
    raised = datetime(2026, 3, 2, 9, tzinfo=UTC)
    levels = [concerns.next_level(level, raised) for level in range(4)]

    assert levels[:3] == [
        (1, raised + timedelta(hours=1)),
        (2, raised + timedelta(hours=2)),
        (3, raised + timedelta(hours=4)),
    ]
    assert levels[3] is None


def test_no_therapist_is_looked_for_until_the_disclosure_is_decided() -> None:
    stopping = {state for state in get_args(concerns.ConcernState) if concerns.stops_matching(state)}

    assert stopping == {"open", "acknowledged"}
