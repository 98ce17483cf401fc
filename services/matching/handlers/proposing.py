"""Writes that clients and therapists are brought together: one pair, or all pairs of a run, in the same few steps."""

from collections.abc import Sequence

from services.matching import store
from services.matching.domain.cases import Case, Match
from services.matching.domain.choice import Chosen
from services.matching.domain.explanation import Explanation
from services.matching.domain.policy import Policy
from services.matching.domain.rules import meeting
from services.matching.handlers.awaiting import expect
from services.matching.handlers.queueing import all_stop_waiting
from services.matching.store import Explained
from shared.events.matching import MatchProposed
from shared.kernel.ids import MatchId
from shared.messaging.transaction import Transaction


async def propose(tx: Transaction, case: Case, chosen: Chosen, explanation: Explanation) -> MatchId:
    """Take the place and tell of the match; the caller holds the referral's key and the places."""
    return (await propose_all(tx, [(case, chosen, explanation)]))[0]


async def propose_all(tx: Transaction, pairs: Sequence[tuple[Case, Chosen, Explanation]]) -> list[MatchId]:
    """As `propose` for pairs that were decided together, each step in one statement for all; no client twice."""
    matches = [_match(tx, case, chosen) for case, chosen, _ in pairs]
    if not matches:
        return []
    await store.take_places(tx.db, [match.therapist_id for match in matches])
    await store.add_matches(tx.db, matches)
    explained = [
        Explained(tx.new_id(), match.referral_id, match.match_id, explanation)
        for match, (_, _, explanation) in zip(matches, pairs, strict=True)
    ]
    await store.add_explanations(tx.db, tx.keys, explained, tx.now)
    await all_stop_waiting(tx, [match.referral_id for match in matches])
    for match in matches:
        expect(tx, match, "funding-answer")
        tx.emit(
            MatchProposed(
                match_id=match.match_id,
                referral_id=match.referral_id,
                therapist_id=match.therapist_id,
                session_fee=match.session_fee,
                sessions_planned=match.sessions_planned,
            )
        )
    return [match.match_id for match in matches]


def _match(tx: Transaction, case: Case, chosen: Chosen) -> Match:
    policy: Policy = tx.settings.policy
    candidate = chosen.best.candidate
    return Match(
        match_id=MatchId(tx.new_id()),
        referral_id=case.referral_id,
        therapist_id=candidate.therapist_id,
        state="proposed",
        setting=meeting(case.need, candidate),
        session_fee=candidate.session_fee,
        sessions_planned=policy.sessions_planned,
        subsidy=None,
        contribution=None,
        proposed_at=tx.now,
        changed_at=tx.now,
        end_reason=None,
    )
