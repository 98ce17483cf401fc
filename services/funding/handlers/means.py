"""Asks clients what they live on, takes the answers in page by page, and works out what they add to a session."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_urlsafe
from typing import Literal

from services.funding.domain.days import day_of, months_after
from services.funding.domain.means import OPEN, Evidence, MeansTest, Result, assess
from services.funding.domain.means_questions import asked_in, household_from, next_step, problems_in, steps_for
from services.funding.domain.policy import Policy
from services.funding.store import approvals, means, means_policies, referrals
from shared.events.funding import MeansWanted
from shared.events.sealed import MeansLink
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import MeansTestId, ReferralId
from shared.messaging.transaction import Transaction

MEANS_STEP = "means-step"


@dataclass(frozen=True, slots=True)
class Saved:
    """A page was taken in; `following` is the next one, None where every question has its answer."""

    following: int | None


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Nothing was worked out: a sentence for each question that needs an answer."""

    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing is asked any more: it has been worked out, or nobody is asked now."""

    why: Literal["done", "closed"]


async def ask_for_means(tx: Transaction, referral_id: ReferralId, *, write: bool) -> MeansTestId:
    """Ask a client, by a letter with a link where `write`; where they are asked already, that goes on.

    Raises Conflict where the client does not agree to be helped with money, or no thresholds hold today.
    """
    referral = await referrals.referral_of(tx.db, tx.keys, referral_id)
    if referral is None or referral.profile is None:
        raise Conflict("referral-not-open", "Nothing is asked about a referral that is closed or not known here.")
    if not referral.subsidy_agreed:
        raise Conflict("subsidy-not-agreed", "This client has not agreed to be helped with money.")
    if await means_policies.means_policy_on(tx.db, day_of(tx.now)) is None:
        raise Conflict("no-thresholds", "No thresholds hold today: `stopso import thresholds` takes them in.")
    test = MeansTest(MeansTestId(tx.new_id()), referral_id, "asked", tx.now, written=write)
    if not await means.add_means_test(tx.db, test, tx.now):
        open_one = next(one for one in await means.means_tests_of(tx.db, tx.keys, referral_id) if one.state in OPEN)
        test = replace(open_one, written=open_one.written or write)
        await means.save_means_test(tx.db, tx.keys, test, tx.now)
    if write:
        await _write(tx, test)
    else:
        _come_back(tx, test)
    return test.means_test_id


async def remind_of_means(tx: Transaction, means_test_id: MeansTestId) -> None:
    """Write once more; after the last reminder and its time, ask no more."""
    test = await means.means_test_by_id(tx.db, tx.keys, means_test_id, locked=True)
    if test is None or test.state not in OPEN:
        return
    policy: Policy = tx.settings.policy
    if not test.written or test.reminded >= len(policy.reminder_days):
        await means.save_means_test(tx.db, tx.keys, replace(test, state="closed", answers=None), tx.now)
        return
    again = replace(test, reminded=test.reminded + 1)
    await means.save_means_test(tx.db, tx.keys, again, tx.now)
    await _write(tx, again)


async def save_answers(
    tx: Transaction, means_test_id: MeansTestId, at: int, answers: Mapping[str, str]
) -> Saved | Incomplete | Over:
    """Take in one page, counted from 1."""
    test = await known_means_test(tx, means_test_id)
    if test.state not in OPEN:
        return _over(test)
    known = dict(test.answers or {})
    steps = steps_for(known)
    if not 1 <= at <= len(steps):
        raise NotFound("page-unknown", "There is no such page.")
    step = steps[at - 1]
    others = {key: value for key, value in known.items() if key not in {one.key for one in step.questions}}
    now = {**others, **{one.key: answers[one.key] for one in asked_in(step, known) if answers.get(one.key)}}
    if problems := problems_in(step, now):
        return Incomplete(problems)
    await means.save_means_test(tx.db, tx.keys, replace(test, state="begun", answers=now), tx.now)
    return Saved(next_step(now))


async def keep_for_later(tx: Transaction, means_test_id: MeansTestId, answers: Mapping[str, str]) -> None:
    """Keep what was said so far, gaps and all; whoever wrote it down had a hand in what comes of it."""
    test = await known_means_test(tx, means_test_id)
    if test.state in OPEN:
        await approvals.note_preparation(tx.db, test.referral_id, tx.actor, "contribution", tx.now)
        await means.save_means_test(tx.db, tx.keys, replace(test, state="begun", answers=dict(answers)), tx.now)


async def work_out(
    tx: Transaction,
    means_test_id: MeansTestId,
    answers: Mapping[str, str] | None = None,
    evidence: Evidence = "none",
) -> Result | Incomplete | Over:
    """Work out what the client adds, by the thresholds of today; `answers` replace what was said before.

    It holds for so many months, for awards that are decided from now on.
    """
    test = await known_means_test(tx, means_test_id)
    if test.state not in OPEN:
        return _over(test)
    said = dict(answers if answers is not None else test.answers or {})
    problems = {key: text for step in steps_for(said) for key, text in problems_in(step, said).items()}
    if problems:
        return Incomplete(problems)
    today = day_of(tx.now)
    thresholds = await means_policies.means_policy_on(tx.db, today)
    if thresholds is None:
        raise Conflict("no-thresholds", "No thresholds hold today.")
    policy: Policy = tx.settings.policy
    found = assess(thresholds, household_from(said))
    result = Result(
        policy_from=thresholds.valid_from,
        verdict=found.verdict,
        band=found.band,
        per_session=found.per_session if found.verdict == "contributes" else None,
        valid_until=months_after(today, policy.means_months),
    )
    by_staff = tx.actor if evidence != "none" else ""
    done = replace(
        test, state="done", answers=said, answered_by=tx.actor, completed_at=tx.now, result=result,
        evidence=evidence, evidence_by=by_staff,
    )  # fmt: skip
    await means.save_means_test(tx.db, tx.keys, done, tx.now)
    tx.cancel(MEANS_STEP, str(means_test_id))
    return result


async def forget_means(tx: Transaction, referral_id: ReferralId) -> None:
    """Ask nothing more about a referral, and wipe what was said."""
    for means_test_id in await means.forget_means(tx.db, referral_id, tx.now):
        tx.cancel(MEANS_STEP, str(means_test_id))


async def known_means_test(tx: Transaction, means_test_id: MeansTestId) -> MeansTest:
    """A test, locked until the transaction ends; raises NotFound."""
    test = await means.means_test_by_id(tx.db, tx.keys, means_test_id, locked=True)
    if test is None:
        raise NotFound("means-test-unknown", "There is no such page.")
    return test


def _over(test: MeansTest) -> Over:
    return Over("done" if test.state == "done" else "closed")


async def _write(tx: Transaction, test: MeansTest) -> None:
    token = token_urlsafe(32)
    await means.add_means_link(tx.db, test.means_test_id, token, tx.now)
    tx.emit(
        MeansWanted(referral_id=test.referral_id, means_test_id=test.means_test_id, reminder=test.reminded),
        seal={"notifications": MeansLink(link=f"{tx.settings.public_url('funding')}/q/{token}")},
    )
    _come_back(tx, test)


def _come_back(tx: Transaction, test: MeansTest) -> None:
    policy: Policy = tx.settings.policy
    after = policy.means_reminder_after(test.reminded) if test.written else timedelta(days=policy.means_days)
    tx.schedule(MEANS_STEP, str(test.means_test_id), tx.now + after, lock_key=str(test.referral_id))
