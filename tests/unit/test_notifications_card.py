"""Where a card stands, and that the order in which the speakers are heard makes no difference."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.card import Card, card_of, next_working_day
from services.notifications.domain.face import age_in_words, changes_next, nearness_of
from services.notifications.domain.facts import Fact, Said, hear

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEXT_LOOK = (MONDAY + timedelta(days=2)).isoformat()
ACT_BY = (MONDAY + timedelta(hours=1)).isoformat()
REPLY_BY = (MONDAY + timedelta(days=1)).isoformat()
FACTS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "intake": [
        ("intake.referral-received", {"received_at": MONDAY.isoformat(), "source": "self", "channel": "web"}),
        *[("intake.referral-triaged", {"outcome": outcome, "priority": priority}) for outcome, priority in [
            ("suitable", "routine"), ("suitable", "urgent"), ("more-information", "routine"), ("not-ready", "routine"),
            ("not-suitable", "routine"), ("signposted", "routine")]],
        ("intake.safeguarding-concern-raised", {"concern_id": "a", "act_by": ACT_BY}),
        ("intake.safeguarding-concern-acknowledged", {"concern_id": "a"}),
        ("intake.safeguarding-concern-escalated", {"concern_id": "a", "level": 1}),
        ("intake.safeguarding-concern-closed", {"concern_id": "a"}),
        ("intake.consent-withdrawn", {"purpose": "sharing"}),
        ("intake.consent-given", {"purpose": "sharing"}),
        ("intake.message-left", {"by_client": True}),
        ("intake.message-left", {"by_client": False}),
        ("intake.referral-closed", {"reason": "no-longer-wanted", "ended_by": "client"}),
    ],
    "matching": [
        *[("matching.match-proposed", {"match_id": m, "therapist_id": "t"}) for m in "mn"],
        ("matching.referral-waitlisted", {"reason": "nobody-near", "next_look_at": NEXT_LOOK}),
        ("matching.referral-waitlisted", {"reason": "no-money", "next_look_at": NEXT_LOOK}),
        ("matching.offer-sent", {"match_id": "m", "therapist_id": "t", "reply_by": REPLY_BY}),
        ("matching.offer-accepted", {"therapist_id": "t"}),
        ("matching.offer-accepted", {"therapist_id": "t", "contact_by": REPLY_BY}),
        ("matching.contact-made", {"therapist_id": "t"}),
        ("matching.session-booked", {"therapist_id": "t"}),
        ("matching.offer-declined", {"therapist_id": "t"}),
        ("matching.offer-expired", {"therapist_id": "t"}),
        ("matching.offer-withdrawn", {"therapist_id": "t", "reason": "superseded"}),
        ("matching.offer-extended", {"therapist_id": "t", "reply_by": NEXT_LOOK}),
        ("matching.triage-wanted", {"match_id": "m"}),
        ("matching.match-withdrawn", {"reason": "superseded"}),
        ("matching.therapy-started", {"therapist_id": "t"}),
        ("matching.therapy-ended", {"therapist_id": "t", "outcome": "completed"}),
    ],
    "funding": [
        *[(f"funding.{what}", {"match_id": m, "shortfall": 4000}) for m in "mn" for what in (
            "subsidy-not-needed", "subsidy-granted", "subsidy-waitlisted", "subsidy-released", "subsidy-topped-up",
            "subsidy-approval-wanted")],
        *[("funding.subsidy-approval-decided", {"match_id": m, "approved": yes})
          for m in "mn" for yes in (True, False)],
    ],
}  # fmt: skip


def told(*kinds: str | tuple[str, dict[str, Any]]) -> list[Fact]:
    """Facts in the order in which they were told, numbered by their speakers; a bare kind takes its first example."""
    examples = {kind: details for facts in FACTS.values() for kind, details in reversed(facts)}
    numbers: dict[str, int] = {}
    facts = []
    for nth, kind in enumerate(kinds):
        name, details = (kind, examples[kind]) if isinstance(kind, str) else (kind[0], {**examples[kind[0]], **kind[1]})
        speaker = name.split(".")[0]
        numbers[speaker] = numbers.get(speaker, 0) + 1
        facts.append(Fact(name, numbers[speaker], MONDAY + timedelta(minutes=nth), details))
    return facts


def card(facts: list[Fact]) -> Card:
    said = Said()
    for fact in facts:
        said = hear(said, fact)
    return card_of(said)


RECEIVED = "intake.referral-received"
TRIAGED = "intake.referral-triaged"
ACCEPTED = "matching.offer-accepted"
STARTED = "matching.therapy-started"
ENDED = "matching.therapy-ended"
WAITS = "matching.referral-waitlisted"
PROPOSED = "matching.match-proposed"
SENT = "matching.offer-sent"
SHORT = "funding.subsidy-waitlisted"
GRANTED = "funding.subsidy-granted"
ASKED = "funding.subsidy-approval-wanted"
DECIDED = "funding.subsidy-approval-decided"
TOPPED_UP = "funding.subsidy-topped-up"
REFUSED = (DECIDED, {"approved": False})


@pytest.mark.parametrize(
    ("facts", "column", "reason"),
    [
        ([RECEIVED], "new", None),
        ([RECEIVED, "intake.safeguarding-concern-raised"], "triage", None),
        ([RECEIVED, (TRIAGED, {"outcome": "more-information"})], "triage", None),
        ([RECEIVED, (TRIAGED, {"outcome": "not-ready"})], "waiting", "client-not-ready"),
        ([RECEIVED, (TRIAGED, {"outcome": "not-suitable"})], "closed", "not-suitable"),
        ([RECEIVED, TRIAGED], "matching", None),
        ([RECEIVED, TRIAGED, PROPOSED], "matching", None),
        ([RECEIVED, TRIAGED, PROPOSED, SHORT], "waiting", "no-money"),
        ([RECEIVED, TRIAGED, PROPOSED, ("funding.subsidy-waitlisted", {"match_id": "other"})], "matching", None),
        ([RECEIVED, TRIAGED, "matching.referral-waitlisted"], "waiting", "nobody-near"),
        ([RECEIVED, TRIAGED, PROPOSED, SHORT, (WAITS, {"reason": "no-money"})], "waiting", "no-money"),
        ([RECEIVED, TRIAGED, PROPOSED, (WAITS, {"reason": "no-money"}), SHORT, GRANTED], "matching", None),
        ([RECEIVED, TRIAGED, PROPOSED, ASKED], "matching", None),
        ([RECEIVED, TRIAGED, PROPOSED, SHORT, (WAITS, {"reason": "no-money"}), ASKED], "waiting", "no-money"),
        ([RECEIVED, TRIAGED, PROPOSED, ASKED, REFUSED], "waiting", "no-money"),
        ([RECEIVED, TRIAGED, PROPOSED, ASKED, (DECIDED, {"approved": False, "match_id": "other"})], "matching", None),
        ([RECEIVED, TRIAGED, PROPOSED, ASKED, REFUSED, (PROPOSED, {"match_id": "n"})], "matching", None),
        ([RECEIVED, TRIAGED, PROPOSED, SENT], "offered", None),
        ([RECEIVED, TRIAGED, PROPOSED, SENT, "matching.offer-declined"], "matching", None),
        ([RECEIVED, TRIAGED, PROPOSED, SENT, ACCEPTED], "accepted", None),
        ([RECEIVED, TRIAGED, PROPOSED, SENT, ACCEPTED, STARTED], "in-therapy", None),
        ([RECEIVED, TRIAGED, PROPOSED, SENT, ACCEPTED, ENDED], "closed", "therapy-ended"),
        ([RECEIVED, TRIAGED, PROPOSED, SENT, "intake.referral-closed"], "closed", "no-longer-wanted"),
        (["intake.referral-closed", PROPOSED, SENT], "closed", "no-longer-wanted"),
        ([PROPOSED, SENT], "offered", None),
        ([RECEIVED, TRIAGED, PROPOSED, SENT, ("matching.offer-declined", {"still_open": True})], "offered", None),
        ([PROPOSED, SENT, ACCEPTED, ("matching.offer-withdrawn", {"still_open": True})], "accepted", None),
        ([RECEIVED, TRIAGED, PROPOSED, SENT, "matching.offer-declined", "matching.triage-wanted"], "triage", None),
    ],
)  # fmt: skip
def test_a_card_stands_where_the_facts_put_it(facts: list[Any], column: str, reason: str | None) -> None:
    found = card(told(*facts))

    assert (found.column, found.reason) == (column, reason)


@st.composite
def two_interleavings(draw: st.DrawFn) -> tuple[list[Fact], list[Fact]]:
    """The same facts in two orders, both keeping each speaker's own."""
    streams: list[list[Fact]] = []
    for facts in FACTS.values():
        chosen = draw(st.lists(st.sampled_from(facts), max_size=6))
        offsets = draw(st.lists(st.integers(0, 10_000), min_size=len(chosen), max_size=len(chosen)))
        streams.append(
            [
                Fact(kind, nth + 1, MONDAY + timedelta(seconds=offset), details)
                for nth, ((kind, details), offset) in enumerate(zip(chosen, sorted(offsets), strict=True))
            ]
        )
    labels = [nth for nth, stream in enumerate(streams) for _ in stream]

    def merged(order: list[int]) -> list[Fact]:
        waiting = [iter(stream) for stream in streams]
        return [next(waiting[nth]) for nth in order]

    return merged(draw(st.permutations(labels))), merged(draw(st.permutations(labels)))


@given(two_interleavings())
def test_any_interleaving_of_the_speakers_gives_the_same_card(orders: tuple[list[Fact], list[Fact]]) -> None:
    one, other = orders
    if one:
        assert card(one) == card(other)


@given(two_interleavings(), st.randoms())
def test_facts_heard_again_change_nothing(orders: tuple[list[Fact], list[Fact]], chance: Any) -> None:
    facts = [fact for fact in orders[0] if fact.speaker != "notifications"]
    if facts:
        repeated = list(facts)
        for nth in range(len(facts) - 1, -1, -1):
            if chance.random() < 0.5:
                repeated.insert(chance.randint(nth + 1, len(repeated)), facts[nth])
        assert card(repeated) == card(facts)


def test_a_closed_referral_is_not_moved_by_late_events_but_keeps_its_open_concern() -> None:
    found = card(told(RECEIVED, "intake.safeguarding-concern-raised", "intake.referral-closed", PROPOSED, SENT))

    assert found.column == "closed"
    assert found.open_concerns == 1
    assert found.deadline is not None
    assert found.deadline.kind == "concern"
    assert found.urgency == 0


def test_an_acknowledged_concern_stays_open_but_has_no_clock() -> None:
    found = card(told(RECEIVED, "intake.safeguarding-concern-raised", "intake.safeguarding-concern-acknowledged"))

    assert found.open_concerns == 1
    assert found.concern_due is None


@pytest.mark.parametrize(("day", "due"), [(2, 3), (6, 9), (7, 10), (8, 10)])
def test_a_decision_is_due_on_the_next_working_day(day: int, due: int) -> None:
    assert next_working_day(MONDAY.replace(day=day)) == MONDAY.replace(day=due)


@pytest.mark.parametrize(
    ("age", "words"),
    [(timedelta(minutes=59), "under 1 h"), (timedelta(hours=1), "1 h"), (timedelta(hours=47), "47 h"),
     (timedelta(hours=48), "2 days"), (timedelta(days=30, hours=5), "30 days"), (timedelta(minutes=-5), "under 1 h")],
)  # fmt: skip
def test_an_age_is_said_coarsely(age: timedelta, words: str) -> None:
    assert age_in_words(age) == words


@given(st.integers(0, 20 * 24 * 60))
def test_a_face_changes_exactly_when_it_says(minutes: int) -> None:
    found = card(told(RECEIVED))
    now = MONDAY + timedelta(minutes=minutes)
    change = changes_next(found, now)

    def face(moment: datetime) -> tuple[str, str]:
        assert found.deadline is not None
        return age_in_words(moment - found.since), nearness_of(found.deadline, moment)

    assert change is not None
    assert now < change
    assert face(change - timedelta(seconds=1)) == face(now)
    assert face(change) != face(now)


def test_a_therapist_who_gives_a_client_up_is_flagged_until_the_next_accepts() -> None:
    after_all = ("matching.offer-declined", {"after_acceptance": True})
    gave_up: list[str | tuple[str, dict[str, Any]]] = [RECEIVED, TRIAGED, PROPOSED, SENT, ACCEPTED, after_all]

    assert "given-up" in card(told(*gave_up)).flags
    assert "given-up" in card(told(*gave_up, PROPOSED, SENT)).flags
    assert "given-up" not in card(told(*gave_up, PROPOSED, SENT, ACCEPTED)).flags


def test_more_time_moves_the_deadline() -> None:
    deadline = card(told(PROPOSED, SENT, "matching.offer-extended")).deadline

    assert deadline is not None
    assert deadline.at.isoformat() == NEXT_LOOK


def test_who_accepted_should_reach_the_client_by_a_moment_until_they_have() -> None:
    accepted: list[Any] = [RECEIVED, TRIAGED, PROPOSED, SENT, (ACCEPTED, {"contact_by": REPLY_BY})]

    deadline = card(told(*accepted)).deadline
    assert deadline is not None
    assert (deadline.kind, deadline.at.isoformat()) == ("contact", REPLY_BY)
    assert card(told(*accepted, "matching.contact-made")).deadline is None
    assert card(told(*accepted, "matching.session-booked")).deadline is None
    assert card(told(*accepted, STARTED)).deadline is None
    assert card(told(RECEIVED, TRIAGED, PROPOSED, SENT, ACCEPTED)).deadline is None


@pytest.mark.parametrize(
    ("facts", "flags"),
    [
        ([PROPOSED, ASKED], {"approval"}),
        ([PROPOSED, SHORT, ASKED], {"approval"}),
        ([PROPOSED, ASKED, (DECIDED, {"approved": True})], set()),
        ([PROPOSED, ASKED, REFUSED], {"not-approved"}),
        ([PROPOSED, ASKED, REFUSED, SHORT], {"not-approved"}),
        ([PROPOSED, ASKED, REFUSED, SHORT, ASKED], {"approval"}),
        ([PROPOSED, ASKED, REFUSED, ("funding.subsidy-waitlisted", {"match_id": "n"})], {"no-money"}),
        ([PROPOSED, GRANTED, SENT, ACCEPTED, STARTED, ASKED], {"approval"}),
        ([PROPOSED, GRANTED, SENT, ACCEPTED, STARTED, ASKED, REFUSED], set()),
        ([PROPOSED, GRANTED, SENT, ACCEPTED, STARTED, ASKED, TOPPED_UP], set()),
        ([PROPOSED, ASKED, "intake.referral-closed"], set()),
    ],
)  # fmt: skip
def test_a_card_says_that_an_approval_waits_until_it_is_decided(facts: list[Any], flags: set[str]) -> None:
    assert set(card(told(RECEIVED, TRIAGED, *facts)).flags) == flags
