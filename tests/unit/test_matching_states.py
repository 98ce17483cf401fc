"""The tables of moves, row by row: whoever is not named in a row is refused."""

from typing import get_args

import pytest

from services.matching.domain import vocabulary
from services.matching.domain.capacity import Capacity, Refused, changed_capacity
from services.matching.domain.declines import DECLINES
from services.matching.domain.matches import HOLDS_A_PLACE, LIVE, MATCH_MOVES, MATCH_STATES, OFFER_MOVES, OFFER_STATES
from services.matching.domain.standings import STANDING_MOVES, STANDINGS
from services.matching.domain.transitions import ActorKind
from shared.events import codes
from shared.kernel.errors import Conflict
from tests.component.harness import MONDAY_MORNING

ACTORS: tuple[ActorKind, ...] = get_args(ActorKind)

MATCH_ROWS = {
    ("proposed", "waiting-for-funds"): "system",
    ("proposed", "offered"): "system",
    ("proposed", "withdrawn"): "system coordinator",
    ("waiting-for-funds", "offered"): "system",
    ("waiting-for-funds", "withdrawn"): "system coordinator",
    ("offered", "accepted"): "therapist coordinator",
    ("offered", "declined"): "therapist coordinator system",
    ("offered", "expired"): "system",
    ("offered", "withdrawn"): "system coordinator",
    ("accepted", "in-therapy"): "therapist coordinator",
    ("accepted", "withdrawn"): "system coordinator",
    ("accepted", "declined"): "therapist coordinator",
    ("in-therapy", "withdrawn"): "coordinator",
    ("in-therapy", "completed"): "therapist coordinator system",
    ("in-therapy", "ended-early"): "therapist coordinator system",
}
OFFER_ROWS = {
    ("sent", "acknowledged"): "therapist coordinator",
    ("accepted", "declined"): "therapist coordinator",
    ("declining", "declined"): "coordinator system",
    ("declining", "sent"): "coordinator",
    ("declining", "withdrawn"): "system coordinator",
    **{
        (state, end): actors
        for state in ("sent", "acknowledged")
        for end, actors in {
            "accepted": "therapist coordinator",
            "declined": "therapist coordinator",
            "declining": "therapist",
            "expired": "system",
            "withdrawn": "system coordinator",
        }.items()
    },
}
STANDING_ROWS = {
    ("approved", "active"): "registrar",
    ("approved", "left"): "registrar",
    ("active", "paused"): "registrar coordinator therapist",
    ("active", "lapsed"): "system registrar",
    ("active", "suspended"): "registrar",
    ("active", "left"): "registrar",
    ("paused", "active"): "registrar coordinator therapist system",
    ("paused", "lapsed"): "system registrar",
    ("paused", "suspended"): "registrar",
    ("paused", "left"): "registrar",
    ("lapsed", "active"): "registrar system",
    ("lapsed", "paused"): "system",
    ("lapsed", "left"): "registrar",
    ("suspended", "active"): "registrar",
    ("suspended", "removed"): "registrar",
    ("suspended", "left"): "registrar",
}


@pytest.mark.parametrize("actor", ACTORS)
def test_every_move_of_a_match(actor: ActorKind) -> None:
    for present in MATCH_STATES:
        for following in MATCH_STATES:
            allowed = actor in MATCH_ROWS.get((present, following), "").split()
            assert MATCH_MOVES.allows(present, following, actor) is allowed, (present, following)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_move_of_an_offer(actor: ActorKind) -> None:
    for present in OFFER_STATES:
        for following in OFFER_STATES:
            allowed = actor in OFFER_ROWS.get((present, following), "").split()
            assert OFFER_MOVES.allows(present, following, actor) is allowed, (present, following)


@pytest.mark.parametrize("actor", ACTORS)
def test_every_move_of_a_standing(actor: ActorKind) -> None:
    for present in STANDINGS:
        for following in STANDINGS:
            allowed = actor in STANDING_ROWS.get((present, following), "").split()
            assert STANDING_MOVES.allows(present, following, actor) is allowed, (present, following)


def test_a_move_that_is_not_in_the_table_is_refused_aloud() -> None:
    with pytest.raises(Conflict) as refusal:
        MATCH_MOVES.require("withdrawn", "accepted", "therapist")

    assert refusal.value.code == "match-is-withdrawn"


def test_only_what_may_be_done_is_open() -> None:
    assert MATCH_MOVES.open_to("accepted", ["coordinator"]) == {"in-therapy", "declined", "withdrawn"}
    assert MATCH_MOVES.open_to("completed", ACTORS) == set()
    assert STANDING_MOVES.open_to("active", ["coordinator"]) == {"paused"}


def test_a_place_is_held_while_somebody_could_need_it() -> None:
    assert {"waiting-for-funds"} == LIVE - HOLDS_A_PLACE
    assert all(MATCH_MOVES.open_to(state, ACTORS) for state in LIVE)
    assert not any(MATCH_MOVES.open_to(state, ACTORS) for state in MATCH_STATES if state not in LIVE)


@pytest.mark.parametrize(
    ("maximum", "available", "code"),
    [
        (3, 1, None),
        (2, 0, None),
        (200, 198, None),
        (1, 0, "capacity-below-open-cases"),
        (3, 2, "more-free-than-there-are"),
        (201, 0, "capacity-out-of-range"),
        (-1, 0, "capacity-out-of-range"),
        (3, -1, "capacity-out-of-range"),
    ],
)
def test_places_with_two_open_cases(maximum: int, available: int, code: str | None) -> None:
    today = MONDAY_MORNING.date()
    decided = changed_capacity(Capacity(4, 2, 2, today), maximum=maximum, available=available, on=today)

    if code is None:
        assert decided == Capacity(maximum, available, 2, today)
    else:
        assert isinstance(decided, Refused)
        assert decided.code == code


@pytest.mark.parametrize(
    ("ours", "published"),
    [
        (vocabulary.ClientGroup, codes.ClientGroup),
        (vocabulary.AgeBand, codes.AgeBand),
        (vocabulary.LegalStage, codes.LegalStage),
        (vocabulary.WantedGender, codes.TherapistGender),
        (vocabulary.Setting, codes.Setting),
        (vocabulary.Means, codes.Means),
        (vocabulary.Priority, codes.Priority),
        (vocabulary.WaitReason, codes.WaitReason),
        (vocabulary.DeclineReason, codes.DeclineReason),
        (vocabulary.MatchEnd, codes.MatchEnd),
        (vocabulary.TherapyOutcome, codes.TherapyOutcome),
    ],
)
def test_our_words_are_the_published_ones(ours: object, published: object) -> None:
    assert get_args(ours) == get_args(published)


def test_standings_and_decline_reasons_are_the_published_ones() -> None:
    assert get_args(codes.TherapistStanding) == STANDINGS
    assert set(DECLINES) == set(get_args(codes.DeclineReason))
