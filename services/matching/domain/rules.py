"""The hard rules: each looks at a client and a therapist and holds, or says why not and what would change it."""

from math import ceil

from services.matching.domain.outcomes import PASSES, Fails, Outcome, Passes, Rule
from services.matching.domain.pair_rules import (
    ASKED_BEFORE,
    CONFLICT,
    has_no_conflict_of_interest,
    is_not_refused_by_the_client,
    was_not_asked_before,
)
from services.matching.domain.pairing import Candidate, Need, can_meet_in_person, can_meet_online, distance_of
from services.matching.domain.vocabulary import AGE_WORDS, CHILD_BANDS, GROUP_WORDS, STAGE_WORDS, Meeting

__all__ = ["EXEMPTIBLE", "MOST_KM", "RULES", "Fails", "Passes", "Rule", "failures_of", "may_be_matched", "meeting"]

MOST_KM = 500
"""The widest travel radius that the register knows."""


def in_good_standing(_need: Need, candidate: Candidate) -> Outcome:
    """Only active therapists are offered clients."""
    if candidate.standing == "active":
        return PASSES
    return Fails("standing", f"The therapist is {candidate.standing}.", "The therapist becomes active.")


def owes_nothing(_need: Need, candidate: Candidate) -> Outcome:
    """A therapist whose fees are overdue is offered nobody until they are settled."""
    if not candidate.fees_overdue:
        return PASSES
    return Fails("fees-overdue", "The therapist's fees are overdue.", "The overdue fees are settled.")


def trained_for_client_group(need: Need, candidate: Candidate) -> Outcome:
    """The therapist is trained for this client group."""
    if need.client_group in candidate.client_groups:
        return PASSES
    words = GROUP_WORDS[need.client_group]
    return Fails("client-group", f"The therapist does not work with {words}.", f"Training for work with {words}.")


def works_with_age(need: Need, candidate: Candidate) -> Outcome:
    """The therapist works with this age band."""
    if need.age_band in candidate.age_bands:
        return PASSES
    words = AGE_WORDS[need.age_band]
    return Fails(
        "age-band", f"The therapist does not work with clients aged {words}.", f"The age band {words} is added."
    )


def cleared_for_children(need: Need, candidate: Candidate) -> Outcome:
    """A child sees only a therapist who is cleared for work with children."""
    if need.age_band not in CHILD_BANDS or candidate.child_clearance:
        return PASSES
    return Fails(
        "child-clearance", "The therapist is not cleared for work with children.", "Clearance for work with children."
    )


def works_at_legal_stage(need: Need, candidate: Candidate) -> Outcome:
    """The therapist works with clients at this legal stage."""
    if need.legal_stage in candidate.legal_stages:
        return PASSES
    words = STAGE_WORDS[need.legal_stage]
    return Fails(
        "legal-stage", f"The therapist does not work with this legal stage: {words}.", f"The stage “{words}” is added."
    )


def within_reach(need: Need, candidate: Candidate) -> Outcome:
    """The client lives within the therapist's travel radius, or both accept meeting online."""
    distance = distance_of(need, candidate)
    if can_meet_online(need, candidate) or (
        need.in_person and distance is not None and distance <= candidate.radius_km
    ):
        return PASSES
    if not need.in_person:
        return Fails(
            "reach",
            "The client wants online sessions, which the therapist does not offer.",
            "The therapist offers online sessions.",
        )
    if distance is None:
        return Fails("reach", "Where the client lives is not known.", "The client gives the first half of a postcode.")
    online = _online_instead(need, candidate)
    wider = ceil(distance)
    change = f"A travel radius of {wider} km, {wider - candidate.radius_km} km more, or {online}."
    return Fails(
        "reach",
        f"It is {distance} km away; the therapist works within {candidate.radius_km} km.",
        change if wider <= MOST_KM else f"{online[0].upper()}{online[1:]}.",
    )


def _online_instead(need: Need, candidate: Candidate) -> str:
    if need.online:
        return "the therapist offers online sessions"
    return "the client accepts online sessions" if candidate.online else "both accept online sessions"


def reachable_without_steps(need: Need, candidate: Candidate) -> Outcome:
    """Whoever needs step-free access gets it, or meets online."""
    if not need.step_free_access or not need.in_person or candidate.step_free_access:
        return PASSES
    if can_meet_online(need, candidate):
        return PASSES
    return Fails(
        "step-free",
        "The therapist's room cannot be reached without steps.",
        "A room with step-free access, or online sessions.",
    )


def shares_a_language(need: Need, candidate: Candidate) -> Outcome:
    """Client and therapist share a language, or an interpreter is there."""
    if need.interpreter or set(need.languages) & set(candidate.languages):
        return PASSES
    wanted = ", ".join(need.languages)
    return Fails(
        "language",
        f"The therapist speaks none of the client's languages ({wanted}).",
        f"One of the languages {wanted}, or an interpreter.",
    )


def is_of_wanted_gender(need: Need, candidate: Candidate) -> Outcome:
    """A client who asks for a woman or a man gets one."""
    if need.therapist_gender in ("no-preference", candidate.gender):
        return PASSES
    return Fails("gender", f"The client asked for a {need.therapist_gender}.", "The client accepts any therapist.")


def has_a_free_place(_need: Need, candidate: Candidate) -> Outcome:
    """The therapist has a free place."""
    if candidate.capacity_available > 0:
        return PASSES
    return Fails("free-place", "The therapist has no free place.", "One more free place.")


RULES: tuple[Rule, ...] = (
    Rule("standing", "Standing", "The therapist is active.", in_good_standing),
    Rule("fees-overdue", "Fees", "The therapist's fees are not overdue.", owes_nothing, "must-not"),
    Rule("client-group", "Client group", "The therapist is trained for this client group.", trained_for_client_group),
    Rule("age-band", "Age", "The therapist works with this age band.", works_with_age),
    Rule(
        "child-clearance",
        "Child clearance",
        "A child sees only a therapist cleared for children.",
        cleared_for_children,
    ),
    Rule("legal-stage", "Legal stage", "The therapist works at this legal stage.", works_at_legal_stage),
    Rule("language", "Language", "Client and therapist share a language, or have an interpreter.", shares_a_language),
    Rule("gender", "Gender", "The therapist is of the gender the client asked for.", is_of_wanted_gender),
    Rule("reach", "Reach", "Within the travel radius, or both accept online.", within_reach),
    Rule("step-free", "Step-free", "Step-free access where it is needed.", reachable_without_steps),
    Rule(
        "client-veto",
        "Client's veto",
        "The client does not refuse this therapist.",
        is_not_refused_by_the_client,
        "must-not",
    ),
    Rule(
        ASKED_BEFORE,
        "Not asked yet",
        "The therapist has not been asked for this client.",
        was_not_asked_before,
        "must-not",
        exempt=True,
    ),
    Rule(
        CONFLICT,
        "No conflict",
        "No case of the therapist is connected with this client.",
        has_no_conflict_of_interest,
        "must-not",
        exempt=True,
    ),
    Rule("free-place", "Free place", "The therapist has a free place.", has_a_free_place),
)
"""Every hard rule, in the order in which people read them."""
EXEMPTIBLE: frozenset[str] = frozenset(rule.code for rule in RULES if rule.exempt)


def failures_of(need: Need, candidate: Candidate) -> tuple[Fails, ...]:
    """Every rule that does not hold for this pair, in the order of `RULES`; empty where they may be matched."""
    return tuple(outcome for rule in RULES if isinstance(outcome := rule.look(need, candidate), Fails))


def may_be_matched(need: Need, candidate: Candidate) -> bool:
    """Whether every hard rule holds."""
    return not failures_of(need, candidate)


def meeting(need: Need, candidate: Candidate) -> Meeting:
    """How the two would meet: in a room wherever that is possible."""
    return "in-person" if can_meet_in_person(need, candidate) else "online"
