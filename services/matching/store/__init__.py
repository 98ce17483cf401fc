"""All SQL of matching; every function takes the connection of the transaction that it works in."""

from services.matching.store.attention import (
    ask_for_attention,
    attention_wanted,
    settle_attention,
    without_next_look,
)
from services.matching.store.candidates import as_candidate, candidates_for
from services.matching.store.conflicts import (
    conflicts_among,
    conflicts_with_cases,
    permissions_of,
    permit_pair,
    set_conflict_tokens,
)
from services.matching.store.explanations import (
    add_explanation,
    explanation_of_match,
    latest_explanation,
    published_weights,
    weights_of,
)
from services.matching.store.holds import add_hold, holds_of, lift_hold, lift_holds
from services.matching.store.matches import (
    add_match,
    begin_new_episode,
    latest_matches,
    live_match_of,
    match_by_id,
    matches_before_acceptance,
    note_asked,
    open_cases_of,
    set_funding,
    set_match_state,
)
from services.matching.store.money import keep_newer_outlook, outlook_of_money
from services.matching.store.needs import case_of, cases_waiting, save_case, set_case_state, set_sharing
from services.matching.store.offers import (
    add_link,
    add_offer,
    offer_by_id,
    offer_by_token,
    offer_of_match,
    set_offer_state,
)
from services.matching.store.outcodes import point_of, points_of, replace_all
from services.matching.store.places import give_place_back, hold_places, set_capacity, take_place
from services.matching.store.strengths import count_outcome
from services.matching.store.therapists import (
    all_therapists,
    names_of,
    save_therapist,
    set_standing,
    therapist_by_id,
    therapists_registered,
)
from services.matching.store.waiting import put_on_waiting_list, take_off_waiting_list, waiting_list, waiting_of

__all__ = [
    "add_explanation",
    "add_hold",
    "add_link",
    "add_match",
    "add_offer",
    "all_therapists",
    "as_candidate",
    "ask_for_attention",
    "attention_wanted",
    "begin_new_episode",
    "candidates_for",
    "case_of",
    "cases_waiting",
    "conflicts_among",
    "conflicts_with_cases",
    "count_outcome",
    "explanation_of_match",
    "give_place_back",
    "hold_places",
    "holds_of",
    "keep_newer_outlook",
    "latest_explanation",
    "latest_matches",
    "lift_hold",
    "lift_holds",
    "live_match_of",
    "match_by_id",
    "matches_before_acceptance",
    "names_of",
    "note_asked",
    "offer_by_id",
    "offer_by_token",
    "offer_of_match",
    "open_cases_of",
    "outlook_of_money",
    "permissions_of",
    "permit_pair",
    "point_of",
    "points_of",
    "published_weights",
    "put_on_waiting_list",
    "replace_all",
    "save_case",
    "save_therapist",
    "set_capacity",
    "set_case_state",
    "set_conflict_tokens",
    "set_funding",
    "set_match_state",
    "set_offer_state",
    "set_sharing",
    "set_standing",
    "settle_attention",
    "take_off_waiting_list",
    "take_place",
    "therapist_by_id",
    "therapists_registered",
    "waiting_list",
    "waiting_of",
    "weights_of",
    "without_next_look",
]
