"""Stops the search for a therapist for one client and lets it go on: concerns, and a client who is not ready."""

from datetime import datetime, timedelta

from services.matching import store
from services.matching.domain.holds import Hold
from services.matching.domain.matches import ASKED
from services.matching.domain.vocabulary import MatchEnd
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import withdraw_match
from shared.events.intake import SafeguardingConcernClosed, SafeguardingConcernRaised
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction

LONGEST_HOLD = timedelta(days=366)


async def stop_for_concern(raised: SafeguardingConcernRaised, tx: Transaction) -> None:
    """Ask no therapist while somebody may be in danger; those who have accepted are not torn apart, but shown."""
    hold = Hold(raised.concern_id, raised.referral_id, "safeguarding", tx.now)
    await store.add_hold(tx.db, hold)
    match = await store.live_match_of(tx.db, raised.referral_id)
    if match is not None and match.state not in ASKED:
        await store.ask_for_attention(tx.db, match.match_id, "safeguarding", tx.now)
        return
    await _stop(tx, raised.referral_id, "safeguarding")


async def go_on_after_concern(closed: SafeguardingConcernClosed, tx: Transaction) -> None:
    """Look again, unless another concern or something else still stops the search."""
    await store.lift_hold(tx.db, closed.concern_id, tx.now)
    match = await store.live_match_of(tx.db, closed.referral_id)
    in_force = [hold for hold in await store.holds_of(tx.db, closed.referral_id) if hold.lifted_at is None]
    if match is not None and not any(hold.reason == "safeguarding" for hold in in_force):
        await store.settle_attention(tx.db, match.match_id, tx.now, "safeguarding")
    await _go_on(tx, closed.referral_id)


async def put_on_hold(tx: Transaction, referral_id: ReferralId, until: datetime) -> None:
    """Staff note that a client is not ready before `until`; an offer that is out is taken back."""
    case = await store.case_of(tx.db, tx.keys, referral_id)
    if case is None:
        raise NotFound("referral-unknown", "There is no such referral here.")
    if until <= tx.now:
        raise Unprocessable("hold-in-the-past", "Choose a day after today.")
    if until > tx.now + LONGEST_HOLD:
        raise Unprocessable("hold-too-long", "Choose a day within the next twelve months: then somebody looks again.")
    match = await store.live_match_of(tx.db, referral_id)
    if case.state != "open" or (match is not None and match.state not in ASKED):
        raise Conflict("not-looking", "No therapist is being looked for, so there is nothing to put on hold.")
    await store.lift_holds(tx.db, referral_id, "client-not-ready", tx.now)
    await store.add_hold(tx.db, Hold(tx.new_id(), referral_id, "client-not-ready", tx.now, look_at=until))
    await _stop(tx, referral_id, "by-staff")


async def take_off_hold(tx: Transaction, referral_id: ReferralId) -> None:
    """The client is ready: look again at once."""
    holds = await store.holds_of(tx.db, referral_id)
    if not any(hold.reason == "client-not-ready" and hold.lifted_at is None for hold in holds):
        raise Conflict("not-on-hold", "This referral is not on hold any more.")
    await store.lift_holds(tx.db, referral_id, "client-not-ready", tx.now)
    await _go_on(tx, referral_id)


async def _stop(tx: Transaction, referral_id: ReferralId, reason: MatchEnd) -> None:
    match = await store.live_match_of(tx.db, referral_id)
    if match is not None:
        await withdraw_match(tx, match, reason)
    if await store.case_of(tx.db, tx.keys, referral_id) is not None:
        await find_therapist(tx, referral_id)


async def _go_on(tx: Transaction, referral_id: ReferralId) -> None:
    if await store.case_of(tx.db, tx.keys, referral_id) is not None:
        await find_therapist(tx, referral_id)
