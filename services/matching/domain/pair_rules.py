"""The hard rules about what was between a client and a therapist before; staff may exempt a pair from two of them."""

from services.matching.domain.outcomes import PASSES, Fails, Outcome
from services.matching.domain.pairing import Candidate, Need

ASKED_BEFORE, CONFLICT = "asked-before", "no-conflict-of-interest"


def is_not_refused_by_the_client(_need: Need, candidate: Candidate) -> Outcome:
    """A therapist whom the client does not want, or no longer wants, is never proposed to them."""
    if not candidate.vetoed:
        return PASSES
    return Fails("client-veto", "The client does not want this therapist.", "")


def was_not_asked_before(_need: Need, candidate: Candidate) -> Outcome:
    """A therapist who declined this client, or did not answer, is not asked again."""
    if not candidate.asked_before or ASKED_BEFORE in candidate.permitted:
        return PASSES
    return Fails(
        ASKED_BEFORE,
        "The therapist was asked for this client before.",
        "A coordinator decides, with a reason, to ask once more.",
    )


def has_no_conflict_of_interest(_need: Need, candidate: Candidate) -> Outcome:
    """Two clients whom something connects never have the same therapist unless staff decided so.

    The sentence says nothing of the other client: not who, not which of the therapist's cases, not what connects them.
    """
    if not candidate.in_conflict or CONFLICT in candidate.permitted:
        return PASSES
    return Fails(
        CONFLICT,
        "There may be a conflict of interest with another case of this therapist.",
        "A coordinator decides, with a reason, that it may be.",
    )
