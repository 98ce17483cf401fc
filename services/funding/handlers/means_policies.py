"""Takes in the dated thresholds of means tests: those that come with the program, and files of an operator."""

from services.funding.domain.means_files import means_policy_in
from services.funding.store import means_policies
from shared.kernel.errors import Unprocessable
from shared.messaging.transaction import Transaction


async def import_thresholds(tx: Transaction, text: str) -> bool:
    """Take in a file; False where just this was there. Raises Unprocessable or Conflict, and changes nothing then."""
    try:
        policy = means_policy_in(text)
    except ValueError as error:
        raise Unprocessable("thresholds-refused", str(error)) from error
    return await means_policies.add_means_policy(tx.db, policy)


async def take_in_shipped(tx: Transaction) -> None:
    """Take in every file that comes with the program; raises, naming the file, where one is wrong."""
    for name, text in means_policies.shipped_files():
        try:
            await import_thresholds(tx, text)
        except Unprocessable as refused:
            raise Unprocessable(refused.code, f"{name}: {refused.sentence}") from refused
