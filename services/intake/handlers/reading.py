"""What staff see of a referral, with a row in the access log for whoever opens it."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.domain.priority import Proposal, propose_priority
from services.intake.store import access, consents, vault
from services.intake.store.access import Look
from services.intake.store.concerns import Concern, concerns_of
from services.intake.store.consents import Consent
from services.intake.store.decisions import Decision, decisions_of
from services.intake.store.messages import Message, thread_of
from services.intake.store.referrals import Referral, referral_of, referrals_to_look_at
from services.intake.store.vault import Kept
from shared.db import Connection
from shared.kernel.errors import NotFound
from shared.messaging.transaction import Transaction
from shared.privacy import Erased, Keyring


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the triage queue; None where the client was erased."""

    referral: Referral
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class File:
    """Everything on the page of one referral; the contact in `kept` is not for showing."""

    referral: Referral
    kept: Kept
    proposal: Proposal
    thread: tuple[Message, ...]
    consents: tuple[Consent, ...]
    decisions: tuple[Decision, ...]
    concerns: tuple[Concern, ...]
    looks: tuple[Look, ...]


async def queue(db: Connection, keys: Keyring) -> list[Waiting]:
    """Every referral that waits for a person, the most pressing first."""
    return [Waiting(referral, await _kept(db, keys, referral)) for referral in await referrals_to_look_at(db)]


async def _kept(db: Connection, keys: Keyring, referral: Referral) -> Kept | None:
    try:
        return await vault.kept_of(db, keys, referral.referral_id)
    except Erased:
        return None


async def open_file(referral_id: UUID, tx: Transaction) -> File:
    """Open a referral as the transaction's actor, and note that they did; raises NotFound, and Erased."""
    db, keys = tx.db, tx.keys
    referral = await referral_of(db, referral_id)
    if referral is None:
        raise NotFound("referral-unknown", "There is no such referral.")
    kept = await vault.kept_of(db, keys, referral_id)
    await access.note_look(db, keys, referral_id, tx.new_id(), now=tx.now, actor=tx.actor, what="answers")
    return File(
        referral=referral,
        kept=kept,
        proposal=propose_priority(kept.need),
        thread=tuple(await thread_of(db, keys, referral_id)),
        consents=tuple(await consents.history(db, referral_id)),
        decisions=tuple(await decisions_of(db, keys, referral_id)),
        concerns=tuple(await concerns_of(db, referral_id)),
        looks=tuple(await access.looks_at(db, keys, referral_id)),
    )
