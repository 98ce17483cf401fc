"""What if: the same best placing as a match run's, with a register that is only supposed, and nothing written."""

from asyncio import to_thread
from dataclasses import replace
from datetime import datetime

from services.matching import store
from services.matching.domain.cases import Case
from services.matching.domain.gathering import Circumstances, Gathered, gather
from services.matching.domain.hypotheses import Compared, Fared, Hypothesis, compared, register_with
from services.matching.domain.london import london_day
from services.matching.domain.money import money_for
from services.matching.domain.pairing import Candidate
from services.matching.domain.scoring import Weights, score_of
from services.matching.gateways.solving import solve
from services.matching.store.everyone import circumstances_of, everyone
from services.matching.store.runs import cases_for_a_run, referrals_for_a_run
from shared.db import Connection
from shared.kernel.ids import ReferralId, TherapistId
from shared.privacy import Keyring

SEED = "what-if"


async def suppose(db: Connection, keys: Keyring, hypothesis: Hypothesis, weights: Weights, now: datetime) -> Compared:
    """Place everybody who waits twice, as it is and as supposed, and compare.

    It only reads: no lock, no transaction, no row and no event; another page's decision may come in between.
    """
    referral_ids = await referrals_for_a_run(db)
    outlook, today = await store.outlook_of_money(db), london_day(now)
    cases = [
        replace(case, need=replace(case.need, money=money_for(case.need, outlook, today)))
        for case in await cases_for_a_run(db, keys, referral_ids)
    ]
    register = await everyone(db)
    circumstances = await circumstances_of(db, referral_ids, register)
    supposed = register_with(hypothesis, register)
    before = gather(cases, register, weights, circumstances, seed=SEED)
    after = gather(cases, supposed, hypothesis.weights or weights, _as_supposed(circumstances, supposed), seed=SEED)
    was, would_be = await to_thread(_placed, before), await to_thread(_placed, after)
    return compared(
        [
            Fared(
                case.referral_id,
                was[case.referral_id],
                would_be[case.referral_id],
                _score(before, case, was[case.referral_id], weights),
                _score(after, case, would_be[case.referral_id], weights),
            )
            for case in before.cases
        ]
    )


def _as_supposed(circumstances: Circumstances, supposed: list[Candidate]) -> Circumstances:
    """What is particular to pairs, on top of the supposed register instead of the real one."""
    known = {one.therapist_id: one for one in supposed}
    marked = {
        referral_id: {
            therapist_id: replace(
                known[therapist_id],
                asked_before=one.asked_before,
                vetoed=one.vetoed,
                in_conflict=one.in_conflict,
                permitted=one.permitted,
            )
            for therapist_id, one in of_one.items()
        }
        for referral_id, of_one in circumstances.marked.items()
    }
    return replace(circumstances, marked=marked)


def _placed(gathered: Gathered) -> dict[ReferralId, TherapistId | None]:
    pairs, candidates = gathered.problem.pairs, gathered.crowd.candidates
    chosen = solve(gathered.problem).placing.chosen
    return {
        case.referral_id: None if pair is None else candidates[pairs.therapist[pair]].therapist_id
        for case, pair in zip(gathered.cases, chosen, strict=True)
    }


def _score(gathered: Gathered, case: Case, therapist_id: TherapistId | None, weights: Weights) -> int | None:
    if therapist_id is None:
        return None
    ids = [one.therapist_id for one in gathered.crowd.candidates]
    candidate = gathered.seen(gathered.cases.index(case), ids.index(therapist_id))
    return score_of(case.need, candidate, weights)
