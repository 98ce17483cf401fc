"""What a match asks of the funds: money when it is proposed, a commitment when it is accepted, and its end."""

from dataclasses import replace

from services.funding.domain.awards import Award
from services.funding.domain.policy import Policy
from services.funding.handlers.deciding import decide
from services.funding.handlers.drawing import PAYS, begin_to_draw
from services.funding.handlers.ending import end_award
from services.funding.handlers.posting import move_all
from services.funding.store import awards
from shared.events.codes import MatchEnd
from shared.events.matching import MatchProposed, OfferAccepted
from shared.kernel.errors import Retry, Unprocessable
from shared.kernel.ids import AwardId, MatchId
from shared.messaging.transaction import Transaction


async def request_subsidy(proposed: MatchProposed, tx: Transaction) -> None:
    """Decide who pays for a proposed match.

    What the client can pay comes from another speaker and may not be here yet, also after a referral was let go and
    found suitable again: then the request is kept, and decided when it comes, or ended when the match is. To wait by
    trying again would hold up that very event, which has the same key.
    """
    policy: Policy = tx.settings.policy
    if proposed.session_fee < 0 or proposed.sessions_planned < 1:
        raise Unprocessable("fee-or-sessions-impossible")
    if await awards.award_for_match(tx.db, proposed.match_id) is not None:
        return
    award = Award(
        award_id=AwardId(tx.new_id()),
        referral_id=proposed.referral_id,
        match_id=proposed.match_id,
        state="requested",
        session_fee=proposed.session_fee,
        sessions=min(proposed.sessions_planned, policy.most_sessions),
        requested_at=tx.now,
        waits_for="profile",
    )
    await awards.add_award(tx.db, award)
    await decide(tx, award)


async def commit_subsidy(accepted: OfferAccepted, tx: Transaction) -> None:
    """The therapist takes the client: what was kept is now promised. After an end, an acceptance changes nothing."""
    award = await _award_of(tx, accepted.match_id)
    taken = replace(award, accepted=True, agreed_fee=accepted.session_fee)
    if award.state == "reserved":
        await move_all(tx, award, "commit")
        awarded = replace(taken, state="awarded")
        await awards.save_award(tx.db, awarded, tx.now)
        await begin_to_draw(tx, awarded)
    elif award.state == "expired":
        await decide(tx, taken)
    elif award.state in ("requested", "waiting", "not-needed", "to-approve"):
        await awards.save_award(tx.db, taken, tx.now)


async def release_subsidy(match_id: MatchId, reason: MatchEnd | None, tx: Transaction) -> None:
    """A match came to nothing: its money is free again."""
    await end_award(tx, await _award_of(tx, match_id), reason)


async def finish_subsidy(match_id: MatchId, tx: Transaction) -> None:
    """The therapy is over: what was promised and not spent is free again."""
    award = await _award_of(tx, match_id)
    if award.state in (*PAYS, "not-needed"):
        await end_award(tx, award, None, "finished")
    else:
        await end_award(tx, award, None)


async def _award_of(tx: Transaction, match_id: MatchId) -> Award:
    award = await awards.award_for_match(tx.db, match_id)
    if award is None:
        raise Retry("match-unknown", "The proposal of this match has not been dealt with yet.")
    return award
