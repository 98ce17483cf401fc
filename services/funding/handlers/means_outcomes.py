"""What happens after a means test: it is too hard for somebody, a paper was seen, staff decide otherwise."""

from dataclasses import replace

from services.funding.domain.means import Evidence, MeansTest, Result
from services.funding.handlers.means import known_means_test
from services.funding.store import approvals, means
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import MeansTestId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

LONGEST_REASON = 500


async def hear_too_hard(tx: Transaction, means_test_id: MeansTestId, manageable: Pence | None) -> None:
    """The client cannot do what came of it: what they say they can manage counts until staff have looked.

    Raises Conflict where nothing is complete, or staff have decided already: then somebody talks with them.
    """
    test, result = await _complete(tx, means_test_id)
    if result.decided_by:
        raise Conflict("means-decided", "Somebody has looked at this already. Please call us, and we talk about it.")
    answers = {key: value for key, value in (test.answers or {}).items() if key != "manageable"}
    if manageable is not None:
        answers["manageable"] = str(manageable)
    heard = replace(result, too_hard=True, manageable=manageable)
    await means.save_means_test(tx.db, tx.keys, replace(test, answers=answers, result=heard), tx.now)


async def note_evidence(tx: Transaction, means_test_id: MeansTestId, evidence: Evidence) -> None:
    """Staff saw a paper, or say that they saw none."""
    test, _ = await _complete(tx, means_test_id)
    await approvals.note_preparation(tx.db, test.referral_id, tx.actor, "contribution", tx.now)
    seen = replace(test, evidence=evidence, evidence_by=tx.actor)
    await means.save_means_test(tx.db, tx.keys, seen, tx.now)


async def decide_share(tx: Transaction, means_test_id: MeansTestId, per_session: Pence | None, reason: str) -> None:
    """Staff say what the client adds to a session instead, or with None that what was worked out stays.

    It counts for awards that are decided from now on. Raises Unprocessable without a reason.
    """
    test, result = await _complete(tx, means_test_id)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Unprocessable("reason-missing", f"Say why, in up to {LONGEST_REASON} characters.")
    await approvals.note_preparation(tx.db, test.referral_id, tx.actor, "contribution", tx.now)
    decided = replace(result, decided=per_session, decided_by=tx.actor)
    await means.save_means_test(tx.db, tx.keys, replace(test, result=decided, reason=reason.strip()), tx.now)


async def _complete(tx: Transaction, means_test_id: MeansTestId) -> tuple[MeansTest, Result]:
    test = await known_means_test(tx, means_test_id)
    if test.state != "done" or test.result is None:
        raise Conflict("means-not-complete", "This can be done once everything was answered, and until it is closed.")
    return test, test.result
