"""Sets the next look at a match at each of its steps; what is expected replaces what was expected before."""

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.domain.deadlines import Attention, Step
from services.matching.domain.policy import Policy
from shared.messaging.transaction import Transaction

MATCH_DEADLINE = "match-deadline"


def expect(tx: Transaction, match: Match, step: Step) -> None:
    """Look at the match when `step` has taken too long; one deadline at a time for each match."""
    policy: Policy = tx.settings.policy
    due = policy.patience.due(step, tx.now, policy.working_days)
    tx.schedule(MATCH_DEADLINE, str(match.match_id), due, lock_key=str(match.referral_id), step=step)


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
    """Something was heard of a therapy, its beginning or a session: it is not forgotten."""
    quiet: tuple[Attention, ...] = ("no-contact", "no-first-session", "therapy-quiet")
    for kind in quiet:
        await store.settle_attention(tx.db, match.match_id, tx.now, kind)
    await store.reach(tx.db, match.referral_id, "first-session", tx.now)
    expect(tx, match, "therapy-news")
