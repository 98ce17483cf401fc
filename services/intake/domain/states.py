"""The states of a referral, and who may move it from which to which, as a table."""

from dataclasses import dataclass
from itertools import product
from typing import Literal

State = Literal[
    "submitted", "in_triage", "suitable", "more_info_needed", "not_ready", "not_suitable", "signposted",
    "matching", "offered", "accepted", "in_therapy", "completed",
    "waiting", "on_hold", "withdrawn", "ended_early", "entered_in_error",
]  # fmt: skip
Actor = Literal["rules", "staff", "client", "matching", "funding"]
"""Who moves it: our own rules, a member of staff, the client with the receipt, or another service by what it tells."""


@dataclass(frozen=True, slots=True)
class Move:
    """One permitted change."""

    source: State
    target: State
    actor: Actor


CLOSED: frozenset[State] = frozenset(
    {"not_suitable", "signposted", "completed", "withdrawn", "ended_early", "entered_in_error"}
)
WITH_MATCHING: tuple[State, ...] = ("suitable", "matching", "waiting", "offered")
OPEN: tuple[State, ...] = (
    "submitted", "in_triage", "more_info_needed", "not_ready", *WITH_MATCHING, "accepted", "in_therapy", "on_hold",
)  # fmt: skip
UNDECIDED: tuple[State, ...] = ("in_triage", "more_info_needed", "not_ready")
DECISIONS: tuple[State, ...] = ("suitable", "more_info_needed", "not_ready", "not_suitable", "signposted")


def _moves(sources: tuple[State, ...], targets: tuple[State, ...], *actors: Actor) -> list[Move]:
    pairs = product(sources, targets, actors)
    return [Move(source, target, actor) for source, target, actor in pairs if source != target]


MOVES: frozenset[Move] = frozenset(
    [
        *_moves(("submitted",), ("in_triage",), "rules"),
        *_moves(("in_triage",), ("suitable",), "rules"),
        *_moves(UNDECIDED, DECISIONS, "staff"),
        *_moves(("suitable", "matching", "waiting"), DECISIONS[1:], "staff"),
        *_moves(("more_info_needed", "not_ready"), ("in_triage",), "client", "staff", "rules"),
        *_moves(("suitable", "matching", "waiting"), ("offered",), "matching"),
        *_moves(("suitable", "matching", "offered"), ("waiting",), "matching"),
        *_moves(("suitable", "waiting", "offered", "accepted", "in_therapy"), ("matching",), "matching"),
        *_moves(("suitable", "matching", "waiting", "offered", "accepted"), ("in_triage",), "matching"),
        *_moves(("suitable", "matching", "waiting", "offered"), ("accepted",), "matching"),
        *_moves(("offered", "accepted"), ("in_therapy",), "matching"),
        *_moves(("accepted", "in_therapy"), ("completed", "ended_early"), "matching"),
        *_moves(("suitable", "matching"), ("waiting",), "funding"),
        *_moves(OPEN, ("withdrawn",), "client"),
        *_moves(OPEN, ("withdrawn", "not_suitable", "signposted", "entered_in_error"), "staff"),
        *_moves(("accepted", "in_therapy"), ("ended_early", "completed"), "staff"),
    ]
)


def may_move(source: State, target: State, actor: Actor) -> bool:
    """Whether `actor` may move a referral from `source` to `target`."""
    return Move(source, target, actor) in MOVES


def moves_open_to(actor: Actor, source: State) -> frozenset[State]:
    """Where `actor` may move a referral that is in `source`: what a page may offer."""
    return frozenset(move.target for move in MOVES if move.source == source and move.actor == actor)


STATE_OF_OUTCOME: dict[str, State] = {
    "suitable": "suitable",
    "more-information": "more_info_needed",
    "not-ready": "not_ready",
    "not-suitable": "not_suitable",
    "signposted": "signposted",
}
