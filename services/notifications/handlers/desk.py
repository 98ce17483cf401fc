"""What staff do by hand: deliveries tried again, webhooks sent once more, funders' endpoints, who a client is."""

from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.addresses import Reach, problem_with
from services.notifications.domain.delivery import CARRIES_LETTER, may_move
from services.notifications.gateways.signing import new_secret
from services.notifications.handlers.sending import SECRET_COLUMN
from services.notifications.store import deliveries, endpoints
from services.notifications.store.deliveries import Queued
from services.notifications.store.endpoints import Endpoint
from shared.events.asks import Identity, RevealIdentity
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FunderId, ReferralId, StaffId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint just made; its secret is shown this once."""

    endpoint_id: UUID
    secret: str


async def try_again(delivery_id: UUID, tx: Transaction) -> None:
    """Put a failed or given up delivery in line at once; raises NotFound, or Conflict where there is nothing to try."""
    row = await deliveries.delivery_locked(tx.db, delivery_id)
    if row is None:
        raise NotFound("delivery-unknown")
    if not may_move(row["state"], "retried"):
        raise Conflict("delivery-not-failed", "Only a delivery that failed or was given up can be tried again.")
    if row["purpose"] in CARRIES_LETTER and row["letter"] is None:
        raise Conflict("letter-wiped", "This is over: there is nothing left to send.")
    await deliveries.put_in_line_again(tx.db, delivery_id, tx.now)


async def replay_webhook(delivery_id: UUID, tx: Transaction) -> UUID:
    """Send a webhook once more, as a delivery of its own with the same id; raises NotFound, Conflict for a mail."""
    row = await deliveries.delivery_locked(tx.db, delivery_id)
    if row is None:
        raise NotFound("delivery-unknown")
    if row["purpose"] != "webhook" or row["payload"] is None:
        raise Conflict("not-a-webhook", "Only webhooks can be sent once more.")
    again = tx.new_id()
    queued = Queued(again, "webhook", tx.new_id(), row["recipient"], row["message_id"], payload=row["payload"])
    await deliveries.put_in_line(tx.db, [queued], tx.now)
    return again


async def add_endpoint(funder_id: FunderId, url: str, reach: Reach, tx: Transaction) -> NewEndpoint:
    """Keep where a funder wants to be told; raises Unprocessable where we may not call, Conflict for one kept."""
    problem = problem_with(url, reach)
    if problem is not None:
        raise Unprocessable("address-not-allowed", problem)
    endpoint_id, secret = tx.new_id(), new_secret()
    wrapped = tx.keys.new_subject_key(str(endpoint_id))
    kept = tx.keys.subject_key(str(endpoint_id), wrapped).encrypt_text(SECRET_COLUMN, secret)
    added = await endpoints.add_endpoint(
        tx.db, Endpoint(endpoint_id, funder_id, url, wrapped, kept, "active", "", tx.actor, tx.now)
    )
    if not added:
        raise Conflict("endpoint-exists", "This funder has that address already.")
    return NewEndpoint(endpoint_id, secret)


async def switch_endpoint(endpoint_id: UUID, tx: Transaction, *, on: bool) -> None:
    """Switch an endpoint on or off; raises NotFound where there is none."""
    state, reason = ("active", "") if on else ("disabled", "by staff")
    if not await endpoints.switch_endpoint(tx.db, endpoint_id, state=state, reason=reason):
        raise NotFound("endpoint-unknown")


async def reveal(kernel: Kernel, referral_id: ReferralId, staff_id: StaffId, reason: str) -> Identity:
    """Ask intake who the client is; its access log keeps the reason. Raises Unprocessable for one too short."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise Unprocessable(
            "reason-too-short", "Say in a few words why you need to see this; it is kept in the access log."
        )
    question = RevealIdentity(referral_id=referral_id, staff_id=staff_id, reason=reason.strip())
    return await kernel.ask("intake", question, Identity)
