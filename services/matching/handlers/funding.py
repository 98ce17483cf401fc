"""What funding answers to a proposed match: it is paid for, it needs no money, or the money has yet to come."""

from services.matching import store
from services.matching.domain.cases import Case, Match
from services.matching.domain.matches import ASKED, LIVE, MATCH_MOVES, MatchState
from services.matching.domain.rules import failures_of
from services.matching.handlers.awaiting import expect, expect_nothing
from services.matching.handlers.offering import send_offers
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.queueing import wait_for
from services.matching.handlers.releasing import withdraw_match
from services.matching.handlers.waking import free_place
from services.matching.store import episodes
from shared.events.funding import (
    SubsidyApprovalDecided,
    SubsidyApprovalWanted,
    SubsidyGranted,
    SubsidyNotNeeded,
    SubsidyReleased,
    SubsidyToppedUp,
    SubsidyWaitlisted,
)
from shared.kernel.errors import Retry
from shared.kernel.ids import MatchId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

UNPAID: frozenset[MatchState] = frozenset({"proposed", "waiting-for-funds"})
"""Nobody has been asked yet, because who pays is open."""


async def offer_unsubsidised(answer: SubsidyNotNeeded, tx: Transaction) -> None:
    """Ask the therapist; the client pays the fee."""
    match = await _awaiting(tx, answer.match_id)
    if match is not None:
        await store.set_funding(
            tx.db, match.match_id, sessions=match.sessions_planned, subsidy=Pence(0), contribution=match.session_fee
        )
        await _offer(tx, match)


async def offer_subsidised(answer: SubsidyGranted, tx: Transaction) -> None:
    """Ask the therapist; money is kept for it. Where somebody has been asked or accepted, it is what is paid now."""
    match = await store.match_by_id(tx.db, answer.match_id)
    if match is None or match.state not in LIVE:
        return
    await _set_funding(tx, match, answer)
    await store.settle_attention(tx.db, match.match_id, tx.now, "subsidy-ended")
    if match.state in UNPAID:
        await _offer(tx, match)


async def wait_for_approval(wanted: SubsidyApprovalWanted, tx: Transaction) -> None:
    """Wait on: money is kept, and people decide, which takes longer than a machine and is never given up."""
    match = await _awaiting(tx, wanted.match_id)
    if match is not None and match.state == "proposed":
        await store.settle_attention(tx.db, match.match_id, tx.now, "funding-silent")
        expect(tx, match, "approval")


async def hear_decision(decided: SubsidyApprovalDecided, tx: Transaction) -> None:
    """After a no, wait as for money; after a yes the money itself is told."""
    if not decided.approved:
        await wait_for_money(decided, tx)


async def plan_more(topped_up: SubsidyToppedUp, tx: Transaction) -> None:
    """Show how many sessions are planned from now on, and who pays what for them."""
    match = await store.match_by_id(tx.db, topped_up.match_id)
    if match is not None and match.state in LIVE:
        await _set_funding(tx, match, topped_up)
        if topped_up.sessions > match.sessions_planned:
            await episodes.settle_more(tx.db, match.match_id, topped_up.sessions)


async def wait_for_money(answer: SubsidyWaitlisted | SubsidyApprovalDecided, tx: Transaction) -> None:
    """Keep the match, but not the therapist's place, until there is money; an offer that nobody pays is taken back."""
    match = await store.match_by_id(tx.db, answer.match_id)
    if match is None or match.state not in UNPAID:
        if match is not None and match.state in LIVE and isinstance(answer, SubsidyWaitlisted):
            await _lose_money(tx, match)
        return
    if match.state == "proposed":
        MATCH_MOVES.require(match.state, "waiting-for-funds", "system")
        await store.set_match_state(tx.db, match.match_id, "waiting-for-funds", tx.now)
        await expect_nothing(tx, match)
        await free_place(tx, match.therapist_id)
    await wait_for(tx, match.referral_id, "no-money")


async def lose_subsidy(released: SubsidyReleased, tx: Transaction) -> None:
    """The client took back the agreement to a subsidy: ask again without, or show it where somebody has accepted.

    An offer that is out names an amount that nobody pays any more, so it is taken back; what the new match costs the
    client is decided anew. Money released for other reasons follows something that matching itself has told.
    """
    match = await store.match_by_id(tx.db, released.match_id)
    if match is None or released.reason != "consent-withdrawn":
        return
    if match.state in ASKED:
        await withdraw_match(tx, match, "consent-withdrawn")
        await find_therapist(tx, match.referral_id)
    elif match.state in LIVE:
        await store.ask_for_attention(tx.db, match.match_id, "subsidy-ended", tx.now)


async def _lose_money(tx: Transaction, match: Match) -> None:
    """What was kept went again after somebody was asked: take the offer back, or show it where they have accepted."""
    if match.state == "offered":
        await withdraw_match(tx, match, "superseded")
        await find_therapist(tx, match.referral_id)
    else:
        await store.ask_for_attention(tx.db, match.match_id, "subsidy-ended", tx.now)


async def _set_funding(tx: Transaction, match: Match, paid: SubsidyGranted | SubsidyToppedUp) -> None:
    await store.set_funding(
        tx.db,
        match.match_id,
        sessions=paid.sessions,
        subsidy=paid.amount_per_session,
        contribution=paid.contribution_per_session,
    )


async def _awaiting(tx: Transaction, match_id: MatchId) -> Match | None:
    """The match if it still waits for the answer; for one that has moved on, the money is released already."""
    match = await store.match_by_id(tx.db, match_id)
    return match if match is not None and match.state in UNPAID else None


async def _offer(tx: Transaction, match: Match) -> None:
    case = await store.case_of(tx.db, tx.keys, match.referral_id)
    if case is None:
        raise Retry("case-missing", "The need behind this match cannot be read.")
    if not await _may_still_be_asked(tx, case, match):
        await withdraw_match(tx, match, "therapist-unavailable")
        await find_therapist(tx, match.referral_id)
        return
    await send_offers(tx, case, match)


async def _may_still_be_asked(tx: Transaction, case: Case, match: Match) -> bool:
    """Whether every rule holds still, whatever has happened since the match; takes a place given back meanwhile."""
    await store.hold_places(tx.db)
    found = await store.as_candidate(tx.db, [case.referral_id], match.therapist_id)
    failing = {failure.code for failure in failures_of(case.need, found[case.referral_id])}
    if match.state == "proposed":
        return failing <= {"free-place"}
    if failing:
        return False
    await store.take_places(tx.db, [match.therapist_id])
    return True
