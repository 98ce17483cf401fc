"""Bank details of therapists: entered by one person, confirmed by another, and used only then."""

from uuid import UUID

from services.funding.domain.bank_details import BankAccount, BankDetails, require_second_person
from services.funding.store import bank_details
from services.funding.store import funds as fund_store
from shared.events.funding import TherapistBankDetailsEntered
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction


async def enter_account(tx: Transaction, therapist_id: TherapistId, details: BankDetails) -> None:
    """Keep an account that is not used before a second person confirms it; meanwhile nothing goes to the old one.

    Raises Conflict where these details are confirmed or waiting already.
    """
    await fund_store.lock_funds(tx.db, ())
    accounts = await bank_details.accounts_of(tx.db, tx.keys, therapist_id)
    waiting = next((one for one in accounts if one.state == "waiting"), None)
    present = next((one for one in accounts if one.state == "confirmed"), None)
    latest = waiting or present
    if latest is not None and latest.details == details:
        raise Conflict("details-known", "We have these bank details already.")
    await bank_details.add_account(tx.db, tx.keys, tx.new_id(), therapist_id, details, entered_by=tx.actor, now=tx.now)
    tx.emit(TherapistBankDetailsEntered(therapist_id=therapist_id))


async def confirm_account(tx: Transaction, account_id: UUID) -> None:
    """The second person has made sure that the details are the therapist's own; raises Conflict for the first."""
    account = await _known(tx, account_id)
    require_second_person(account, tx.actor)
    await bank_details.decide_account(tx.db, account, "confirmed", tx.actor, tx.now)


async def refuse_account(tx: Transaction, account_id: UUID) -> None:
    """The details are not to be used; those of before stay, if there were any."""
    account = await _known(tx, account_id)
    if account.state != "waiting":
        raise Conflict(f"account-is-{account.state}", "Nobody is waiting for these bank details to be confirmed.")
    await bank_details.decide_account(tx.db, account, "refused", tx.actor, tx.now)


async def _known(tx: Transaction, account_id: UUID) -> BankAccount:
    await fund_store.lock_funds(tx.db, ())
    account = await bank_details.account_by_id(tx.db, tx.keys, account_id)
    if account is None:
        raise NotFound("account-unknown", "There are no such bank details.")
    return account
