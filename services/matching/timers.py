"""What matching does because time has passed, or because a later moment was set for it."""

from datetime import timedelta
from uuid import UUID

from services.matching.handlers import (
    application_drafts,
    applications,
    capacities,
    checking,
    counting,
    credentials,
    deadlines,
    declining,
    fees,
    offer_times,
    placing,
    references,
    running,
    signing_in,
    therapists,
    therapy,
)
from services.matching.handlers.application_drafts import APPLICATION_DRAFT
from services.matching.handlers.applications import APPLICATION_ERASED, APPLICATION_QUIET
from services.matching.handlers.awaiting import MATCH_DEADLINE
from services.matching.handlers.capacities import LOOK_AT_THERAPIST
from services.matching.handlers.credentials import REVIEW_CREDENTIALS
from services.matching.handlers.fees import FEE_BEGINS
from services.matching.handlers.references import REFERENCE_EXPIRES, REFERENCE_REMINDER
from services.matching.handlers.releasing import DECLINE_STANDS, OFFER_EXPIRES, OFFER_REMINDER, OFFER_STALLS
from services.matching.handlers.running import MATCH_RUN
from services.matching.handlers.supervision import UNSIGNED, remind_of_supervision
from services.matching.handlers.therapists import CAPACITY_STALE, PAUSE_ENDS, REPLACE_THERAPIST
from services.matching.handlers.waking import LOOK_AGAIN, WOKEN
from shared.kernel.ids import MatchId, OfferId, ReferralId, TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import DueTimer, background, timer
from shared.messaging.transaction import Transaction


@background(every=timedelta(minutes=1))
async def watch_fairness(kernel: Kernel) -> None:
    """Count the offers that were answered since."""
    await kernel.perform("fairness", counting.count_answers, actor="system")


@timer(LOOK_AGAIN)
async def on_look_again(due: DueTimer, tx: Transaction) -> None:
    """Look again for somebody who waits."""
    await placing.find_therapist(tx, ReferralId(UUID(due.key)))


@timer(WOKEN)
async def on_woken(due: DueTimer, tx: Transaction) -> None:
    """Look at once for those who wait, because something has changed that could help."""
    await running.look_together(tx, [ReferralId(UUID(one)) for one in due.payload["referrals"]])


@timer(MATCH_RUN)
async def on_match_run(_due: DueTimer, tx: Transaction) -> None:
    """Place everyone who waits, and set the next time."""
    await running.run_on_schedule(tx)


@background(every=timedelta(minutes=1))
async def set_next_run(kernel: Kernel) -> None:
    """See to it that a next run is set where the policy wants runs."""
    await running.set_next_run(kernel)


@timer(MATCH_DEADLINE)
async def on_match_deadline(due: DueTimer, tx: Transaction) -> None:
    """Look at a match whose next step takes too long."""
    await deadlines.look_at_match(tx, MatchId(UUID(due.key)), due.payload["step"])


@timer(APPLICATION_DRAFT)
async def on_application_draft_expires(due: DueTimer, tx: Transaction) -> None:
    """Wipe an application that was begun and left."""
    await application_drafts.wipe(tx, due.key)


@timer(APPLICATION_QUIET)
async def on_application_quiet(due: DueTimer, tx: Transaction) -> None:
    """Remind of an application on which nothing has happened."""
    await applications.look_at_quiet(tx, UUID(due.key))


@timer(APPLICATION_ERASED)
async def on_application_erased(due: DueTimer, tx: Transaction) -> None:
    """Remove an application that came to nothing."""
    await applications.erase(tx, UUID(due.key))


@timer(REFERENCE_REMINDER)
async def on_reference_reminder(due: DueTimer, tx: Transaction) -> None:
    """Ask a referee once more."""
    await references.remind(tx, UUID(due.key))


@timer(REFERENCE_EXPIRES)
async def on_reference_expires(due: DueTimer, tx: Transaction) -> None:
    """Wait no longer for a reference."""
    await applications.wait_no_longer(tx, UUID(due.key))


@background(every=timedelta(minutes=5))
async def check_next_looks(kernel: Kernel) -> None:
    """See to it that nobody is forgotten."""
    await checking.check_next_looks(kernel)


@timer(OFFER_EXPIRES)
async def on_offer_expires(due: DueTimer, tx: Transaction) -> None:
    """Ask the next therapist."""
    await offer_times.expire_offer(tx, OfferId(UUID(due.key)))


@timer(OFFER_REMINDER)
async def on_offer_reminder(due: DueTimer, tx: Transaction) -> None:
    """Ask the same therapist once more."""
    await offer_times.remind_of_offer(tx, OfferId(UUID(due.key)))


@timer(REPLACE_THERAPIST)
async def on_replace_therapist(due: DueTimer, tx: Transaction) -> None:
    """Pass on what a therapist was asked who is gone."""
    await therapy.replace_therapist(tx, MatchId(UUID(due.key)))


@timer(OFFER_STALLS)
async def on_offer_stalls(due: DueTimer, tx: Transaction) -> None:
    """Ask a therapist who is thinking about it how far they are."""
    await offer_times.ask_how_far(tx, OfferId(UUID(due.key)))


@timer(DECLINE_STANDS)
async def on_decline_stands(due: DueTimer, tx: Transaction) -> None:
    """Nobody had a word with the therapist: the no stands."""
    await declining.confirm_decline(tx, OfferId(UUID(due.key)), by="system")


@timer(REVIEW_CREDENTIALS)
async def on_review_credentials(due: DueTimer, tx: Transaction) -> None:
    """Give notice of what runs out, and lapse what has."""
    await credentials.review_credentials(tx, TherapistId(UUID(due.key)))


@timer(LOOK_AT_THERAPIST)
async def on_look_at_therapist(due: DueTimer, tx: Transaction) -> None:
    """Act on what a file has shown."""
    await capacities.look_at(tx, TherapistId(UUID(due.payload["therapist"])))


@timer(PAUSE_ENDS)
async def on_pause_ends(due: DueTimer, tx: Transaction) -> None:
    """Ask a therapist again."""
    await therapists.end_pause(tx, TherapistId(UUID(due.key)))


@timer(CAPACITY_STALE)
async def on_capacity_stale(due: DueTimer, tx: Transaction) -> None:
    """Ask whether the number of places is still right."""
    await capacities.ask_about_capacity(tx, TherapistId(UUID(due.key)))


@timer(FEE_BEGINS)
async def on_fee_begins(due: DueTimer, tx: Transaction) -> None:
    """Let a new fee hold."""
    await fees.begin_fee(tx, TherapistId(UUID(due.key)))


@background(every=timedelta(hours=1))
async def hash_addresses(kernel: Kernel) -> None:
    """Let therapists sign in who were in the register before there was a portal."""
    await signing_in.hash_addresses(kernel)


@timer(UNSIGNED)
async def on_supervision_unsigned(due: DueTimer, tx: Transaction) -> None:
    """Ask a supervisor once more to sign."""
    await remind_of_supervision(tx, UUID(due.key), times=due.payload["times"])
