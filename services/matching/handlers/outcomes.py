"""What funding tells about how therapies went: counted for the therapist, and never shown for one case."""

from services.matching import store
from services.matching.domain.strengths import went_well
from shared.events.funding import OutcomeScored
from shared.events.sealed import OutcomeProfile
from shared.messaging.transaction import Transaction


async def count_outcome(scored: OutcomeScored, tx: Transaction) -> None:
    """Count a finished therapy for its therapist; not where nothing can be said of it, or the client was erased."""
    profile = tx.unseal(scored, OutcomeProfile)
    well = went_well(profile.change, profile.desired)
    match = await store.match_by_id(tx.db, scored.match_id)
    case = await store.case_of(tx.db, tx.keys, scored.referral_id)
    if well is None or match is None or case is None:
        return
    await store.count_outcome(tx.db, tx.keys, match.match_id, (match.therapist_id, case.need.client_group), well=well)
