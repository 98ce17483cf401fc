"""Everything at once, in any order: no rule broken, no place taken twice, nobody lost, every end told once."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from services.matching import store
from services.matching.domain.choice import Chosen
from services.matching.domain.standings import Standing
from services.matching.handlers import answers, offer_times, therapists
from shared.events.funding import SubsidyNotNeeded, SubsidyWaitlisted
from shared.events.matching import MatchProposed, MatchWithdrawn, OfferDeclined, OfferExpired, OfferSent, OfferWithdrawn
from shared.kernel.errors import Conflict
from shared.kernel.ids import MatchId, OfferId, ReferralId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.matching import Matching, a_profile, closed, matching_service, therapist_row, triaged

__all__ = ["matching_service"]

ROUNDS = 6
GROUPS = ("thoughts", "images", "survivor", "family")


async def one_round(matching: Matching, draw: random.Random, referrals: list[ReferralId]) -> list[Awaitable[object]]:
    """A handful of things that happen at the same moment."""
    proposed = await matching.told(MatchProposed)
    sent = await matching.told(OfferSent)
    happenings: list[Awaitable[object]] = []
    for _ in range(4):
        referral_id = ReferralId(uuid4())
        referrals.append(referral_id)
        event = triaged(referral_id, priority=draw.choice(["routine", "urgent"]))
        profile = a_profile(client_group=draw.choice(GROUPS), setting=draw.choice(["in-person", "either"]))
        happenings.append(matching.kernel.inbox.process([matching.delivery(event, seal={"matching": profile})]))
    for match in draw.sample(proposed, min(4, len(proposed))):
        paid = SubsidyNotNeeded(referral_id=match.referral_id, match_id=match.match_id)
        unpaid = SubsidyWaitlisted(referral_id=match.referral_id, match_id=match.match_id, shortfall=Pence(1))
        answer = draw.choice((paid, unpaid))
        happenings.append(matching.kernel.inbox.process([matching.delivery(answer)]))
    for offer in draw.sample(sent, min(4, len(sent))):
        work = draw.choice([answers.accept, offer_times.expire_offer, decline])
        happenings.append(
            matching.perform(str(offer.referral_id), lambda tx, work=work, offer=offer: work(tx, offer.offer_id))  # type: ignore[misc]
        )
    happenings.append(matching.kernel.inbox.process([matching.delivery(closed(draw.choice(referrals)))]))
    happenings.append(change_a_therapist(matching, draw))
    draw.shuffle(happenings)
    return happenings


async def decline(tx: Transaction, offer_id: OfferId) -> answers.Answer:
    return await answers.decline(tx, offer_id, "full")


async def change_a_therapist(matching: Matching, draw: random.Random) -> None:
    therapist_id = await matching.therapist_id(draw.randint(1, 4))
    maximum = draw.randint(1, 4)
    standing: Standing = draw.choice(("paused", "active"))
    await matching.perform(
        str(therapist_id), lambda tx: therapists.change_capacity(tx, therapist_id, maximum=maximum, available=1)
    )
    with suppress(Conflict):
        await matching.perform(
            str(therapist_id),
            lambda tx: therapists.change_standing(tx, therapist_id, standing, actors=frozenset({"coordinator"})),
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_mixture_of_everything_leaves_nothing_in_disorder(matching: Matching, seed: int) -> None:
    draw = random.Random(seed)
    await matching.has_therapists(
        therapist_row(1), therapist_row(2, online="yes", client_groups="thoughts;images"),
        therapist_row(3, client_groups="family", capacity_maximum=1, capacity_available=1),
        therapist_row(4, online="yes"),
    )  # fmt: skip
    referrals: list[ReferralId] = []

    for _ in range(ROUNDS):
        await asyncio.gather(*await one_round(matching, draw, referrals))
        await matching.passes(timedelta(minutes=draw.randint(0, 600)))
        assert await matching.disorder() == []

    ends: Counter[MatchId] = Counter()
    ends.update([event.match_id for event in await matching.told(OfferDeclined)])
    ends.update([event.match_id for event in await matching.told(OfferExpired)])
    ends.update([event.match_id for event in await matching.told(OfferWithdrawn)])
    ends.update([event.match_id for event in await matching.told(MatchWithdrawn)])
    async with matching.kernel.reading() as db:
        ended = await db.fetch("SELECT match_id FROM match WHERE state IN ('declined', 'expired', 'withdrawn')")
        asked = await db.fetch("SELECT referral_id, therapist_id FROM match WHERE state IN ('declined', 'expired')")
        assert ends == {row["match_id"]: 1 for row in ended}
        assert len({tuple(row) for row in asked}) == len(asked)
        for match in await matching.told(MatchProposed):
            stored = await store.explanation_of_match(db, matching.kernel.keys, match.match_id)
            assert stored is not None
            assert stored.replay == "same"
            choice = stored.explanation.choice
            assert isinstance(choice, Chosen)
            assert choice.best.candidate.therapist_id == match.therapist_id
    assert len(await matching.told(MatchProposed)) > 6
