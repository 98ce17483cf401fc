"""Who may move a referral from where to where, row by row; and nobody else."""

from itertools import product
from typing import get_args

import pytest

from services.intake.domain.states import CLOSED, Actor, State, may_move, moves_open_to

TABLE = """
rules: submitted > in_triage
rules: in_triage > suitable
rules: more_info_needed, not_ready > in_triage
staff: in_triage > suitable, more_info_needed, not_ready, not_suitable, signposted
staff: more_info_needed > suitable, not_ready, not_suitable, signposted, in_triage
staff: not_ready > suitable, more_info_needed, not_suitable, signposted, in_triage
staff: suitable, matching, waiting > more_info_needed, not_ready, not_suitable, signposted
staff: submitted, in_triage, more_info_needed, not_ready, suitable, matching, waiting > withdrawn, entered_in_error
staff: submitted, offered, accepted, in_therapy, on_hold > not_suitable, signposted, withdrawn, entered_in_error
staff: accepted, in_therapy > ended_early, completed
client: more_info_needed, not_ready > in_triage
client: submitted, in_triage, more_info_needed, not_ready, suitable, matching, waiting > withdrawn
client: offered, accepted, in_therapy, on_hold > withdrawn
matching: suitable > matching, waiting, offered, accepted, in_triage
matching: matching > waiting, offered, accepted, in_triage
matching: waiting > matching, offered, accepted, in_triage
matching: offered > matching, waiting, accepted, in_therapy, in_triage
matching: accepted > matching, in_therapy, completed, ended_early, in_triage
matching: in_therapy > matching, completed, ended_early
funding: suitable, matching > waiting
"""
STATES = get_args(State)
ACTORS = get_args(Actor)


def permitted() -> set[tuple[str, str, str]]:
    """The table above, row by row."""
    rows = set()
    for line in TABLE.strip().splitlines():
        actor, _, moves = line.partition(": ")
        sources, _, targets = moves.partition(" > ")
        rows |= set(product([actor], sources.split(", "), targets.split(", ")))
    return rows


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("source", STATES)
def test_every_move_is_permitted_exactly_where_the_table_says(actor: Actor, source: State) -> None:
    expected = {target for who, start, target in permitted() if (who, start) == (actor, source)}

    assert moves_open_to(actor, source) == expected
    assert {target for target in STATES if may_move(source, target, actor)} == expected


@pytest.mark.parametrize("actor", ["matching", "funding", "client", "rules"])
@pytest.mark.parametrize("state", sorted(CLOSED))
def test_nothing_late_moves_a_closed_referral(actor: Actor, state: State) -> None:
    assert moves_open_to(actor, state) == frozenset()


def test_every_open_state_can_be_left() -> None:
    stuck = [state for state in STATES if state not in CLOSED and not any(moves_open_to(a, state) for a in ACTORS)]

    assert stuck == []
