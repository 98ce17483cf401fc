"""The draft behind the public form: begun, kept for a short while, sent once, and wiped."""

from dataclasses import dataclass, replace
from datetime import timedelta

from services.intake.domain.answers import Submission
from services.intake.domain.links import Links
from services.intake.domain.receipts import receipt_from
from services.intake.handlers.linking import tokens_of
from services.intake.handlers.receiving import Arrival, receive
from services.intake.handlers.returning import RECEIPT
from services.intake.store import drafts
from services.intake.store.drafts import Draft
from services.intake.store.referrals import has_receipt
from shared.db import Connection
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

APART = "apart"
MOST_CODES = 40
DRAFT_EXPIRES = "draft-expires"
KEPT_FOR = timedelta(minutes=30)
"""How long answers are kept after the last one, and how long the receipt can be shown again."""
_SEED = "receipt-seed"


@dataclass(frozen=True, slots=True)
class Sent:
    """The form was sent, now or before, from this visit."""

    referral_id: ReferralId


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no draft: it was wiped, or never begun."""


def lock_of(visit_hash: str) -> str:
    """The key under which everything about one visit happens in turn."""
    return f"visit:{visit_hash}"


async def begin(visit_hash: str, tx: Transaction) -> Draft:
    """Begin a draft, or go on with the one that this visit has."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is not None:
        return draft
    await drafts.wipe_draft(tx.db, visit_hash)
    draft = Draft(visit_hash, ReferralId(tx.new_id()), tx.now + KEPT_FOR)
    await drafts.add_draft(tx.db, tx.keys, draft)
    tx.schedule(DRAFT_EXPIRES, visit_hash, draft.expires_at)
    return draft


async def answer(visit_hash: str, question: str, given: dict[str, list[str]], tx: Transaction) -> Draft | Gone:
    """Keep the answers of one page; those of the other pages, perhaps given in another window, stay as they are."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is None:
        return Gone()
    if draft.submitted:
        return draft
    draft = replace(draft, answers={**draft.answers, question: given}, expires_at=tx.now + KEPT_FOR)
    await drafts.save_answers(tx.db, tx.keys, draft)
    tx.schedule(DRAFT_EXPIRES, visit_hash, draft.expires_at)
    return draft


async def keep_apart(visit_hash: str, said: Links, tx: Transaction, *, anew: bool) -> Draft | Gone:
    """Keep codes of who should not see the same therapist, beside earlier ones unless `anew`; never what was said."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is None:
        return Gone()
    before = [] if anew else draft.answers.get(APART, {}).get("codes", [])
    codes = list(dict.fromkeys([*before, *tokens_of(tx.keys, said)]))[:MOST_CODES]
    return await answer(visit_hash, APART, {"codes": codes}, tx)


async def send(visit_hash: str, visit_token: str, asked: Submission, tx: Transaction) -> Sent | Gone:
    """Turn the draft into a referral and wipe its answers; sent a second time, it is the same referral."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is None:
        return Gone()
    if draft.submitted:
        return Sent(draft.referral_id)
    await receive(asked, Arrival(draft.referral_id, receipt_hash_of(tx.keys, visit_token, draft.referral_id)), tx)
    ends = tx.now + KEPT_FOR
    await drafts.mark_submitted(tx.db, visit_hash, ends)
    tx.schedule(DRAFT_EXPIRES, visit_hash, ends)
    return Sent(draft.referral_id)


def receipt_hash_of(keys: Keyring, sender: str, referral_id: ReferralId) -> bytes:
    """What is kept of the receipt of a referral; `sender` is the visit's cookie, or who took the call."""
    return keys.lookup_hash(RECEIPT, _receipts(keys, sender, referral_id)[0])


async def receipt_again(db: Connection, keys: Keyring, sender: str, referral_id: ReferralId) -> str | None:
    """The receipt of what this sender has sent. It is not stored: it is made again and compared."""
    for receipt in _receipts(keys, sender, referral_id):
        if await has_receipt(db, referral_id, keys.lookup_hashes(RECEIPT, receipt)):
            return receipt
    return None


def _receipts(keys: Keyring, sender: str, referral_id: ReferralId) -> list[str]:
    return [receipt_from(secret) for secret in keys.lookup_hashes(_SEED, f"{sender}:{referral_id}")]


async def keep_longer(visit_hash: str, tx: Transaction) -> bool:
    """Somebody is still there: begin the time anew; False where nothing is kept."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is None or draft.submitted:
        return False
    draft = replace(draft, expires_at=tx.now + KEPT_FOR)
    await drafts.save_answers(tx.db, tx.keys, draft)
    tx.schedule(DRAFT_EXPIRES, visit_hash, draft.expires_at)
    return True


async def wipe(visit_hash: str, tx: Transaction) -> None:
    """Remove the draft and everything in it."""
    await drafts.wipe_draft(tx.db, visit_hash)
    tx.cancel(DRAFT_EXPIRES, visit_hash)
