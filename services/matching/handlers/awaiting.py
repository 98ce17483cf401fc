"""Sets the next look at a match at each of its steps; what is expected replaces what was expected before."""

from datetime import datetime

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.domain.deadlines import STATE_OF_STEP, Attention, Step
from services.matching.domain.policy import Policy
from shared.messaging.transaction import Transaction

MATCH_DEADLINE = "match-deadline"


def expect(tx: Transaction, match: Match, step: Step) -> datetime:
    """Look at the match when `step` has taken too long, and say when that is; one deadline at a time for each match."""
    policy: Policy = tx.settings.policy
    due = policy.patience.due(step, tx.now, policy.working_days)
    tx.schedule(MATCH_DEADLINE, str(match.match_id), due, lock_key=str(match.referral_id), step=step)
    return due


def expect_as_it_stands(tx: Transaction, match: Match) -> None:
    """Look at a match by its state alone, where the deadline that was set no longer fits it."""
    step = next((step for step, state in STATE_OF_STEP.items() if state == match.state), None)
    if step is not None:
        expect(tx, match, step)


async def expect_nothing(tx: Transaction, match: Match) -> None:
    """Take the deadline away, with all that coordinators are shown: the match has ended, or an offer looks after it."""
    tx.cancel(MATCH_DEADLINE, str(match.match_id))
    await store.settle_attention(tx.db, match.match_id, tx.now)


async def contact_made(tx: Transaction, match: Match) -> None:
    """The therapist has reached the client: now the first session is expected."""
    await store.settle_attention(tx.db, match.match_id, tx.now, "no-contact")
    await store.reach(tx.db, match.referral_id, "contact", tx.now)
    expect(tx, match, "first-session")


async def news_of_therapy(tx: Transaction, match: Match) -> None:
    """Something was heard of a therapy, a first session agreed, its beginning or its course: it is not forgotten."""
    quiet: tuple[Attention, ...] = ("no-contact", "no-first-session", "therapy-quiet")
    for kind in quiet:
        await store.settle_attention(tx.db, match.match_id, tx.now, kind)
    present = await store.match_by_id(tx.db, match.match_id)
    if present is None or present.state != "in-therapy":
        expect(tx, match, "first-session")
        return
    await store.reach(tx.db, match.referral_id, "first-session", tx.now)
    expect(tx, match, "therapy-news")
