"""Finds a therapist for a client: the one way to a match, whatever asked for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from services.matching import store
from services.matching.domain.cases import Case, Match
from services.matching.domain.choice import Chosen, NoneFits, choose
from services.matching.domain.explanation import Explanation
from services.matching.domain.london import london_day
from services.matching.domain.money import money_for
from services.matching.domain.policy import Policy
from services.matching.domain.rules import failures_of
from services.matching.domain.scoring import Weights
from services.matching.handlers.proposing import propose
from services.matching.handlers.queueing import stop_waiting, wait_for, wait_unplaced
from services.matching.handlers.stopping import what_stops
from shared.events.matching import MatchWithdrawn
from shared.kernel.errors import Retry
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction


async def find_therapist(tx: Transaction, referral_id: ReferralId, *, new: bool = False) -> None:
    """Propose the best free therapist, or let the client wait and say for what; not where a match is under way.

    A `new` client waits for the next match run where the policy says so; whoever has waited or was matched does not.
    """
    policy: Policy = tx.settings.policy
    case = await store.case_of(tx.db, tx.keys, referral_id)
    if case is None or case.state != "open":
        await stop_waiting(tx, referral_id)
        return
    match = await store.live_match_of(tx.db, referral_id)
    if match is not None and match.state == "waiting-for-funds":
        await _look_at_unfunded(tx, case, match)
    elif match is not None:
        await stop_waiting(tx, referral_id)
    elif (stop := await what_stops(tx, case)) is not None:
        await wait_for(tx, referral_id, stop.reason, until=stop.look_at)
    elif new and policy.runs.waits(case.priority):
        await wait_for(tx, referral_id, "next-run", until=policy.runs.look_by(tx.now))
    else:
        await _place(tx, case)


async def _place(tx: Transaction, case: Case) -> None:
    await store.hold_places(tx.db)
    weights = await weights_in_force(tx)
    case = (await with_money(tx, [case]))[0]
    seed = str(case.referral_id)
    candidates = await store.candidates_for(tx.db, case.referral_id, case.need)
    choice = choose(case.need, candidates, weights, seed=seed)
    explanation = Explanation(case.need, weights, seed, choice)
    match choice:
        case Chosen():
            await propose(tx, case, choice, explanation)
        case NoneFits(reason=reason):
            await wait_unplaced(tx, [(case.referral_id, reason, explanation)])
        case never:
            assert_never(never)


async def _look_at_unfunded(tx: Transaction, case: Case, match: Match) -> None:
    """Keep a match that waits for money while its therapist could still take the client; else find the next."""
    found = await store.as_candidate(tx.db, [case.referral_id], match.therapist_id)
    failing = {failure.code for failure in failures_of(case.need, found[case.referral_id])}
    if failing <= {"free-place"}:
        await wait_for(tx, case.referral_id, "no-money")
        return
    await store.set_match_state(tx.db, match.match_id, "withdrawn", tx.now, reason="therapist-unavailable")
    tx.emit(MatchWithdrawn(match_id=match.match_id, referral_id=case.referral_id, reason="therapist-unavailable"))
    await find_therapist(tx, case.referral_id)


async def weights_in_force(tx: Transaction) -> Weights:
    """The weights that are used now; raises `Retry` where their version has yet to be published."""
    policy: Policy = tx.settings.policy
    weights = await store.weights_of(tx.db, policy.weights_version)
    if weights is None:
        raise Retry("weights-not-published", f"Version {policy.weights_version} of the weights has not been published.")
    return weights


async def with_money(tx: Transaction, cases: Sequence[Case]) -> list[Case]:
    """The cases, each with the money that may be spent on it, as far as funding has told."""
    outlook = await store.outlook_of_money(tx.db)
    today = london_day(tx.now)
    return [replace(one, need=replace(one.need, money=money_for(one.need, outlook, today))) for one in cases]
