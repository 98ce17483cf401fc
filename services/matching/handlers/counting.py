"""Counts answered offers for the watch on fairness, some time after the answer and apart from whoever gave it."""

from services.matching import store
from services.matching.domain.figures import figures_of, quarter_of
from services.matching.domain.london import london_day
from services.matching.store.figures import add_figures, offers_to_count
from shared.kernel.ids import OfferId, ReferralId
from shared.messaging.transaction import Transaction

AT_ONCE = 500


async def count_answers(tx: Transaction) -> None:
    """Count every answered offer that is not counted yet; one whose client was erased is passed over for good."""
    for row in await offers_to_count(tx.db, limit=AT_ONCE):
        case = await store.case_of(tx.db, tx.keys, ReferralId(row["referral_id"]))
        waited = (row["answered_at"] - case.received_at).days if case else 0
        figures = figures_of(case.need, accepted=row["accepted"], days=waited) if case else ()
        await add_figures(tx.db, OfferId(row["offer_id"]), quarter_of(london_day(row["answered_at"])), figures)
