"""Each rule of the checker on made-up evidence: silent where all is well, one sentence where it is not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.kernel.ids import ServiceName
from tests.faults.checker import violations
from tests.faults.evidence import (
    Award,
    Entry,
    Evidence,
    Handled,
    Holdings,
    Left,
    Match,
    Referral,
    Therapist,
    Told,
    Words,
)

SENT = "matching.offer-sent.v1"
PROPOSED = "matching.match-proposed.v1"
TOLD = (
    Told("e1", PROPOSED, "r1", 1, {"match_id": "m1"}),
    Told("e2", SENT, "r1", 2, {"match_id": "m1", "offer_id": "o1"}),
)
HANDLED = tuple(Handled(one.event_id, one.type, one.key, one.sequence) for one in TOLD)
WELL = Evidence(
    words={
        "matching": Words(told=TOLD, handled=(), streams={"r1": 2}, hears=frozenset()),
        "notifications": Words(told=(), handled=HANDLED, streams={}, hears=frozenset({SENT, PROPOSED})),
    },
    holdings=Holdings(
        referrals=(
            Referral("r1", "offered", None, None, None, None),
            Referral("r2", "in_triage", None, datetime(2026, 1, 1, tzinfo=UTC), None, None),
            Referral("r3", "withdrawn", None, None, "client", "no-longer-wanted"),
            Referral("r4", "waiting", "nobody-near", None, None, None),
        ),
        needs={"r1": "open", "r3": "closed", "r4": "open"},
        waiting={"r4": "nobody-near"},
        watched=frozenset({"r4"}),
        matches=(Match("m1", "r1", "t1", "offered", holds_place=True, offer="sent", offer_watched=True),),
        therapists=(Therapist("t1", maximum=3, available=1, held=1, offered_at_first=2),),
        awards=(Award("a1", "r1", "m1", "reserved", reserved=500),),
        standings={"r1": "suitable", "r3": "closed"},
        entries=(
            Entry("x1", "receive", None, "f1", "received", -900),
            Entry("x1", "receive", None, "f1", "available", 900),
            Entry("x2", "reserve", "v1", "f1", "available", -500),
            Entry("x2", "reserve", "v1", "f1", "reserved", 500),
        ),
        balances={("f1", "received"): -900, ("f1", "available"): 400, ("f1", "reserved"): 500},
        gifts={("f1", "at first"): 1},
        columns={"r1": "offered", "r2": "new", "r3": "closed", "r4": "waiting"},
        timeline=(("r1", "matching", 1, "e1"), ("r1", "matching", 2, "e2")),
        letters=(("e2", "offer"),),
    ),
)
HELD = WELL.holdings


def test_where_all_is_well_nothing_is_said() -> None:
    assert violations(WELL) == []


def _words(service: ServiceName, **changes: object) -> Evidence:
    return replace(WELL, words={**WELL.words, service: replace(WELL.words[service], **changes)})  # type: ignore[arg-type]


def _held(**changes: object) -> Evidence:
    return replace(WELL, holdings=replace(HELD, **changes))  # type: ignore[arg-type]


def _referral(number: int, **changes: object) -> Evidence:
    changed = list(HELD.referrals)
    changed[number] = replace(changed[number], **changes)  # type: ignore[arg-type]
    return _held(referrals=tuple(changed))


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (_words("notifications", handled=HANDLED[:1]), "never handled matching.offer-sent.v1"),
        (_words("notifications", handled=(*HANDLED, HANDLED[1])), "2 times"),
        (_words("notifications", handled=HANDLED[::-1]), "number 1 of matching about r1 after number 2"),
        (_words("notifications", handled=(*HANDLED, Handled("e9", SENT, "r1", 3))), "which nobody told"),
        (_words("matching", streams={"r1": 3}), "told 3 events about r1 by its count"),
        (_words("matching", left=Left(outbox=1)), "1 events in its outbox"),
        (_words("matching", left=Left(behind=1)), "wait to be tried again"),
        (_words("matching", left=Left(dead=("some event",))), "has given up an event: some event"),
        (_words("matching", left=Left(overdue=2)), "2 timers that should have rung"),
        (_held(timeline=HELD.timeline[:1]), "is not in the timeline"),
        (_held(letters=()), "has 0 letters"),
        (_held(letters=(("e2", "offer"), ("e2", "offer"))), "has 2 letters"),
        (_held(matches=()), "neither a match nor a place on the waiting list"),
        (_held(watched=frozenset()), "no timer will wake it"),
        (_held(waiting={**HELD.waiting, "r1": "no-money"}), "but its match is offered"),
        (_held(waiting={**HELD.waiting, "r3": "no-money"}), "still looks for a therapist"),
        (_held(needs={**HELD.needs, "r3": "open"}), "still looks for a therapist"),
        (_held(standings={"r3": "suitable"}), "to funding it is suitable"),
        (_held(columns={**HELD.columns, "r3": "offered"}), "stands under offered on the board"),
        (_held(columns={**HELD.columns, "r9": "new"}), "which intake does not"),
        (_referral(0, state="suitable"), "where nobody works on it"),
        (_referral(0, state="accepted"), "but its match is offered"),
        (_referral(1, look_by=None), "nobody has to look at it"),
        (_referral(2, close_reason=None), "without a reason on both levels"),
        (_referral(3, wait_reason="no-money"), "is waiting (no-money) at intake"),
        (_held(matches=(replace(HELD.matches[0], offer_watched=False),)), "no timer ends the offer"),
        (_held(matches=(replace(HELD.matches[0], state="declined"),)), "was told as ended 0 times"),
        (_held(therapists=(Therapist("t1", 3, 0, 2, 2),)), "holds 2 places for 1 matches"),
        (_held(therapists=(Therapist("t1", 3, 2, 1, 2),)), "offered 2 places"),
        (_held(awards=()), "has these awards: none"),
        (_held(awards=(*HELD.awards, replace(HELD.awards[0], award_id="a2"))), "reserved, reserved"),
        (_held(awards=(replace(HELD.awards[0], state="ended"),)), "is ended with 500 p reserved"),
        (_held(entries=HELD.entries[:-1]), "out of balance"),
        (_held(balances={**HELD.balances, ("f1", "available"): 401}), "notes 401 p as available"),
        (_held(gifts={("f1", "at first"): 2}), "was noted 2 times"),
        (
            _held(
                entries=(
                    *HELD.entries,
                    *(
                        Entry(name, kind, "v1", "f1", account, amount)
                        for name, kind in (("x3", "commit"), ("x4", "release"))
                        for account, amount in (("reserved", -1), ("available", 1))
                    ),
                )
            ),
            "the reservation v1 was moved so",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(evidence: Evidence, sentence: str) -> None:
    found = violations(evidence)
    assert any(sentence in each for each in found), found


def _ledger_below_nothing() -> Evidence:
    entries = tuple(replace(one, amount=3 * one.amount) if one.kind == "reserve" else one for one in HELD.entries)
    return _held(entries=entries, balances={**HELD.balances, ("f1", "available"): -600, ("f1", "reserved"): 1500})


def test_a_fund_below_nothing_is_said() -> None:
    assert any("600 p below nothing" in each for each in violations(_ledger_below_nothing()))
