"""Receipts are made out to a therapist when they are first opened, and say the same ever after."""

from uuid import UUID

from services.funding.domain.receipts import Receipt
from services.funding.store import receipts
from shared.events.asks import ResolveTherapist, TherapistCard
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction


async def receipt_of(kernel: Kernel, fee_id: UUID, *, actor: str, name: str = "") -> Receipt:
    """The receipt of a fee that was paid, made out to `name`, or to whom matching names; raises NotFound without one.

    Raises Retry where nobody has opened it yet and matching cannot be asked.
    """
    async with kernel.reading() as db:
        found = await receipts.receipt_for(db, kernel.keys, fee_id)
    if found is None:
        raise NotFound("receipt-unknown", "There is no receipt: this fee was not paid.")
    if found.made_out_to:
        return found
    who = name or await name_of(kernel, found.therapist_id)
    if not who:
        return found
    return await kernel.perform(str(found.therapist_id), lambda tx: _make_out(tx, found, who), actor=actor)


async def name_of(kernel: Kernel, therapist_id: TherapistId) -> str:
    """What matching calls a therapist at this moment; empty once they have gone."""
    card = await kernel.ask("matching", ResolveTherapist(therapist_id=therapist_id), TherapistCard)
    return card.name


async def _make_out(tx: Transaction, receipt: Receipt, name: str) -> Receipt:
    await receipts.make_out(tx.db, tx.keys, receipt, name)
    return await receipts.receipt_for(tx.db, tx.keys, receipt.fee_id) or receipt
