"""Places everyone who waits at once, in the best way there is: on schedule, when staff ask, when several are woken."""

from asyncio import to_thread
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from services.matching import store
from services.matching.domain.cases import Case
from services.matching.domain.choice import Chosen, NoneFits
from services.matching.domain.explanation import Explanation
from services.matching.domain.gathering import Decision, Gathered, decisions, gather
from services.matching.domain.optimum import Placing
from services.matching.domain.policy import Policy
from services.matching.domain.run_record import problem_again, same_answer, written_run
from services.matching.domain.vocabulary import WaitReason
from services.matching.gateways.solving import Solved, solve
from services.matching.handlers.placing import find_therapist, weights_in_force, with_money
from services.matching.handlers.proposing import propose_all
from services.matching.handlers.queueing import wait_unplaced
from shared.events.matching import MatchRunFinished
from shared.kernel.ids import MatchId, ReferralId, RunId
from shared.messaging.kernel import Kernel
from shared.messaging.locks import lock_keys
from shared.messaging.transaction import Transaction

MATCH_RUN = "match-run"
"""The next run that the policy asks for: one timer, set anew by each run under its own lock."""
Outcome = tuple[ReferralId, MatchId | None, str | None]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would do now; nothing has been done."""

    waiting: int
    placing: Placing
    elapsed: float
    reasons: dict[WaitReason, int]


async def run_match(tx: Transaction, cause: store.Cause) -> RunId:
    """Place everyone who waits, all or nothing: what was decided together is written and told together."""
    return await _run(tx, await store.referrals_for_a_run(tx.db), cause)


async def run_on_schedule(tx: Transaction) -> None:
    """The run of the policy; sets the next."""
    policy: Policy = tx.settings.policy
    await run_match(tx, "schedule")
    following = policy.runs.next_run(tx.now)
    if following is not None:
        tx.schedule(MATCH_RUN, MATCH_RUN, following, lock_key=MATCH_RUN)


async def set_next_run(kernel: Kernel) -> None:
    """Set a run where the policy wants runs and none is set, or only a later one; one that is due is left alone."""
    policy: Policy = kernel.settings.policy
    following = policy.runs.next_run(kernel.clock.now())
    if following is None:
        return

    async def work(tx: Transaction) -> None:
        present = await store.run_is_set_for(tx.db, MATCH_RUN)
        if present is None or present > following:
            tx.schedule(MATCH_RUN, MATCH_RUN, following, lock_key=MATCH_RUN)

    await kernel.perform(MATCH_RUN, work, actor="system")


async def look_together(tx: Transaction, referral_ids: Collection[ReferralId]) -> None:
    """Look for those whom one change could help: for one as for whoever comes, for several as a run of their own."""
    await lock_keys(tx.db, [str(one) for one in referral_ids])
    if len(referral_ids) == 1:
        for referral_id in referral_ids:
            await find_therapist(tx, referral_id)
    else:
        await _run(tx, referral_ids, "woken")


async def preview(kernel: Kernel) -> Preview:
    """What a run would do now, without doing it or waiting for anybody."""
    policy: Policy = kernel.settings.policy
    async with kernel.reading() as db:
        tx = Transaction(db, kernel.clock.now(), kernel.keys, kernel.service, settings=kernel.settings)
        gathered = await _gathered(tx, await store.referrals_for_a_run(db), seed="preview")
    solved, found = await to_thread(_decided, gathered, "preview", policy.runs.seconds)
    reasons = Counter(one.choice.reason for one in found if isinstance(one.choice, NoneFits))
    return Preview(len(gathered.cases), solved.placing, solved.elapsed, dict(reasons))


async def made_again(kernel: Kernel, run_id: RunId) -> bool | None:
    """Whether a run, decided once more from what was kept, gives the same answer; None where that cannot be read."""
    policy: Policy = kernel.settings.policy
    async with kernel.reading() as db:
        content = await store.content_of_run(db, kernel.keys, run_id)
    if content is None:
        return None
    solved = await to_thread(solve, problem_again(content), seconds=policy.runs.seconds)
    return same_answer(content, solved.placing)


async def _run(tx: Transaction, referral_ids: Collection[ReferralId], cause: store.Cause) -> RunId:
    """First the keys of all referrals, in the order in which everybody takes keys, then the places; then it decides.

    Whoever waits cannot be touched by anybody else until this ends, so that either all of it happens or nothing.
    """
    policy: Policy = tx.settings.policy
    run_id = RunId(tx.new_id())
    await lock_keys(tx.db, [str(one) for one in referral_ids])
    await store.hold_places(tx.db)
    gathered = await _gathered(tx, referral_ids, seed=str(run_id))
    solved, found = await to_thread(_decided, gathered, str(run_id), policy.runs.seconds)
    outcomes = await _carry_out(tx, found)
    run = _record(tx, run_id, cause, gathered, solved)
    await store.add_run(tx.db, tx.keys, run, written_run(gathered, solved.placing, seed=str(run_id)))
    await store.add_outcomes(tx.db, run_id, outcomes)
    tx.emit(MatchRunFinished(run_id=run_id, waiting=run.waiting, placed=run.placed, optimal=run.optimal))
    return run_id


async def _gathered(tx: Transaction, referral_ids: Collection[ReferralId], *, seed: str) -> Gathered:
    cases = await with_money(tx, await store.cases_for_a_run(tx.db, tx.keys, referral_ids))
    register = await store.everyone(tx.db) if cases else []
    circumstances = await store.circumstances_of(tx.db, [case.referral_id for case in cases], register)
    weights = await weights_in_force(tx)
    return await to_thread(gather, cases, register, weights, circumstances, seed=seed)


def _decided(gathered: Gathered, run: str, seconds: float) -> tuple[Solved, list[Decision]]:
    """In a thread, so that everything else goes on meanwhile."""
    solved = solve(gathered.problem, seconds=seconds)
    return solved, decisions(gathered, solved.placing, run=run)


async def _carry_out(tx: Transaction, found: Sequence[Decision]) -> list[Outcome]:
    """Write what was decided for everybody, each step at once for all."""
    pairs: list[tuple[Case, Chosen, Explanation]] = []
    unplaced: list[tuple[ReferralId, WaitReason, Explanation]] = []
    for one in found:
        match one.choice:
            case Chosen() as chosen:
                pairs.append((one.case, chosen, one.explanation))
            case NoneFits(reason=reason):
                unplaced.append((one.case.referral_id, reason, one.explanation))
            case never:
                assert_never(never)
    match_ids = await propose_all(tx, pairs)
    await wait_unplaced(tx, unplaced)
    placed = [(case.referral_id, match_id, None) for (case, _, _), match_id in zip(pairs, match_ids, strict=True)]
    return [*placed, *((referral_id, None, reason) for referral_id, reason, _ in unplaced)]


def _record(tx: Transaction, run_id: RunId, cause: store.Cause, gathered: Gathered, solved: Solved) -> store.Run:
    reached = solved.placing.reached
    of = {name: [one for one in reached if one.criterion == name] for name in ("placed", "score")}
    total = partial(sum, start=0)
    return store.Run(
        run_id=run_id,
        cause=cause,
        started_at=tx.now,
        elapsed_ms=round(1000 * solved.elapsed),
        waiting=len(gathered.cases),
        placed=solved.placing.placed,
        placed_bound=total(one.bound for one in of["placed"]),
        score=total(one.value for one in of["score"]),
        score_bound=total(one.bound for one in of["score"]),
        optimal=solved.placing.optimal,
        solver=solved.placing.solver,
        pairs=len(gathered.problem.pairs),
        weights=gathered.weights.version,
    )
