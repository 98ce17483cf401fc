"""What a client who comes back with the receipt can see and do: never what was written at the beginning."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.intake.domain.codes import Purpose
from services.intake.domain.priority import LOOK_WITHIN
from services.intake.domain.purposes import BY_PURPOSE
from services.intake.domain.receipts import read_receipt
from services.intake.domain.states import CLOSED
from services.intake.handlers.closing import close_by_client
from services.intake.handlers.moving import move, present
from services.intake.handlers.reminding import ASK_AFTER, stop_asking
from services.intake.handlers.threads import leave_message
from services.intake.store import consents, visits
from services.intake.store.messages import Message, thread_of
from services.intake.store.referrals import Referral, referral_by_receipt, referral_of
from shared.db import Connection
from shared.events.intake import ConsentGiven, ConsentWithdrawn
from shared.kernel.errors import Conflict
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction
from shared.privacy import Erased, Keyring

RECEIPT = "receipt"
VISIT_LASTS = timedelta(minutes=20)
VISIT_ENDS = "return-visit-ends"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page shows of a referral."""

    referral: Referral
    thread: tuple[Message, ...]
    agreed: frozenset[Purpose]


async def come_back(typed: str, visit_hash: str, tx: Transaction) -> bool:
    """Let this visit see the referral that belongs to the typed receipt; False where there is none."""
    receipt = read_receipt(typed) or ""
    referral_id = await referral_by_receipt(tx.db, tx.keys.lookup_hashes(RECEIPT, receipt))
    if referral_id is None:
        return False
    await _keep_open(visit_hash, referral_id, tx)
    return True


async def _keep_open(visit_hash: str, referral_id: ReferralId, tx: Transaction) -> None:
    ends = tx.now + VISIT_LASTS
    await visits.open_visit(tx.db, visit_hash, referral_id, ends)
    tx.schedule(VISIT_ENDS, visit_hash, ends)


async def go_away(visit_hash: str, tx: Transaction) -> None:
    """End the visit."""
    await visits.close_visit(tx.db, visit_hash)
    tx.cancel(VISIT_ENDS, visit_hash)


async def standing_of(db: Connection, keys: Keyring, referral_id: ReferralId) -> Standing | None:
    """How things stand; None where the client was erased."""
    referral = await referral_of(db, referral_id)
    if referral is None:
        return None
    try:
        thread = await thread_of(db, keys, referral_id)
    except Erased:
        return None
    return Standing(referral, tuple(thread), await consents.in_force(db, referral_id))


def is_a_referrers(referral: Referral) -> bool:
    """Whether the receipt was given to a professional, who may see the status and nothing else."""
    return referral.source not in ("self", "family")


async def reply(referral_id: ReferralId, text: str, message_id: UUID, tx: Transaction) -> None:
    """Leave the client's message; one that we waited for brings the referral back to a person.

    Raises Conflict when closed.
    """
    referral = await present(tx, referral_id)
    if referral.state in CLOSED:
        raise Conflict("closed-already", "This request is closed. You can always make a new one.")
    added = await leave_message(referral_id, text, tx, message_id=message_id)
    if added and referral.state in ASK_AFTER:
        await move(tx, referral, "in_triage", "client", look_by=tx.now + LOOK_WITHIN[referral.priority])
        stop_asking(referral_id, tx)


async def change_consents(referral_id: ReferralId, wanted: frozenset[Purpose], tx: Transaction) -> None:
    """Make the agreements in force equal to `wanted`; taking back the first one closes the referral.

    Raises Conflict when closed.
    """
    referral = await present(tx, referral_id)
    if referral.state in CLOSED:
        raise Conflict("closed-already", "This request is closed. You can always make a new one.")
    agreed = await consents.in_force(tx.db, referral_id)
    for purpose in sorted(agreed - wanted):
        await consents.withdraw(tx.db, referral_id, purpose, tx.now)
        tx.emit(ConsentWithdrawn(referral_id=referral_id, purpose=purpose))
    if "referral" not in wanted:
        await close_by_client(referral_id, tx)
        return
    for purpose in sorted(wanted - agreed):
        version = BY_PURPOSE[purpose].version
        await consents.give(tx.db, referral_id, purpose, version, tx.now)
        tx.emit(ConsentGiven(referral_id=referral_id, purpose=purpose, version=version))
