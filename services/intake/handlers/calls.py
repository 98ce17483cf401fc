"""A request that a member of staff takes down on the phone: the same record, with who typed it and when."""

from datetime import timedelta

from services.intake.domain.answers import Submission
from services.intake.handlers.drafting import receipt_again, receipt_hash_of
from services.intake.handlers.receiving import Arrival, receive
from services.intake.store.referrals import Referral, referral_of
from shared.db import Connection
from shared.kernel.errors import Conflict
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

SHOWN_FOR = timedelta(minutes=30)
"""How long whoever took the call can read the caller their code once more."""


async def take_call(referral_id: ReferralId, asked: Submission, tx: Transaction) -> Referral:
    """Take in what was said on the phone, once for each page that was opened; call it under the referral's lock.

    Raises Conflict where the id is of something else.
    """
    before = await referral_of(tx.db, referral_id)
    if before is None:
        return await receive(asked, Arrival(referral_id, receipt_hash_of(tx.keys, tx.actor, referral_id)), tx)
    if before.channel != "phone" or before.received_by != tx.actor:
        raise Conflict("call-unknown", "This page belongs to another request. Please begin anew.")
    return before


async def receipt_of_call(db: Connection, keys: Keyring, referral: Referral) -> str | None:
    """The caller's code, made again from who took the call."""
    return await receipt_again(db, keys, referral.received_by, referral.referral_id)
