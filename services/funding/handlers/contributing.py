"""What a client adds to each session: by a means test that is in date, otherwise by what they said themselves."""

from datetime import timedelta

from services.funding.domain.contribution import Contribution, PaysAll, contribution
from services.funding.domain.days import day_of
from services.funding.domain.referrals import Profile, Referral
from services.funding.handlers.means import ask_for_means
from services.funding.store import means, means_policies
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

NOT_AGAIN_FOR = timedelta(days=180)
"""Who let such a letter lie is not sent another one by itself so soon."""


async def own_share(
    tx: Transaction, referral: Referral, profile: Profile, session_fee: Pence
) -> PaysAll | Contribution:
    """The client's own share of a fee; whoever is not sure, and agreed to be helped, is asked what they live on."""
    today = day_of(tx.now)
    tested = await means.result_in_force(tx.db, tx.keys, referral.referral_id, today)
    if tested is not None:
        return tested.share_of(session_fee)
    said = contribution(profile.means, profile.affordable_per_session, session_fee)
    if isinstance(said, Contribution) and said.review and referral.subsidy_agreed:
        policy = await means_policies.means_policy_on(tx.db, today)
        asked = await means.was_asked(tx.db, referral.referral_id, tx.now - NOT_AGAIN_FOR)
        if policy is not None and not asked:
            await ask_for_means(tx, referral.referral_id, write=True)
    return said
