"""Consent, the end of a referral and time: what is kept goes back, once, and never twice."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.funding.domain.ledger import Balances
from shared.events.funding import (
    SubsidyReleased,
    SubsidyWaitlisted,
)
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed
from shared.events.matching import MatchWithdrawn, OfferDeclined, OfferExpired, OfferWithdrawn
from shared.kernel.ids import OfferId
from shared.kernel.money import Pence
from tests.component.funding import Client, Funding, funding_service

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


def standing(received: int, available: int, reserved: int = 0, committed: int = 0, spent: int = 0) -> Balances:
    return Balances(Pence(received), Pence(available), Pence(reserved), Pence(committed), Pence(spent))


async def test_without_consent_no_fund_is_asked(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    client = await funding.a_match(consents=("referral", "sharing"))
    assert [waiting.shortfall for waiting in await funding.told(SubsidyWaitlisted)] == [50_000]
    await funding.receives(fund, 1)
    assert (await funding.award(client)).waits_for == "consent"

    await funding.hears(ConsentGiven(referral_id=client.referral_id, purpose="subsidy", version=1))

    assert (await funding.award(client)).state == "reserved"


async def test_taking_back_consent_gives_back_the_money(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client, other = await funding.a_match(), await funding.a_match()

    await funding.hears(ConsentWithdrawn(referral_id=client.referral_id, purpose="subsidy"))

    assert [released.reason for released in await funding.told(SubsidyReleased)] == ["consent-withdrawn"]
    assert (await funding.award(client)).waits_for == "consent"
    assert (await funding.award(other)).state == "reserved"
    assert (await funding.balances(fund)).reserved == 50_000


async def test_consent_to_something_else_changes_nothing(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()

    await funding.hears(ConsentWithdrawn(referral_id=client.referral_id, purpose="statistics"))

    assert (await funding.balances(fund)).reserved == 50_000


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_closed_referral_holds_nothing_any_more(funding: Funding, accepted: bool) -> None:  # noqa: FBT001
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()
    if accepted:
        await funding.hears(client.accepted())

    await funding.hears(ReferralClosed(referral_id=client.referral_id, ended_by="client", reason="no-longer-wanted"))
    await funding.hears(client.withdrawn())
    await funding.hears(client.accepted())

    assert (await funding.balances(fund)) == standing(50_000, 50_000)
    assert len(await funding.told(SubsidyReleased)) == 1
    async with funding.kernel.reading() as db:
        assert await db.fetchval("SELECT profile FROM referral") is None
        assert await db.fetchval("SELECT count(*) FROM subject_key") == 0


async def test_nothing_is_kept_for_a_referral_that_is_closed_already(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = Client()

    await funding.hears(ReferralClosed(referral_id=client.referral_id, ended_by="client", reason="no-longer-wanted"))
    await funding.hears(client.proposed())
    assert (await funding.balances(fund)).reserved == 0
    await funding.hears(client.withdrawn())

    assert (await funding.award(client)).state == "ended"


async def test_a_match_of_a_client_found_suitable_again_is_decided_whichever_is_heard_first(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    first = await funding.a_match()
    await funding.triaged(first, outcome="more-information")
    second = first.again()

    await funding.hears(second.proposed())
    await funding.triaged(second)

    assert (await funding.award(second)).state == "reserved"
    assert (await funding.balances(fund)) == standing(50_000, 0, reserved=50_000)


async def test_a_referral_found_unsuitable_later_holds_nothing(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()

    await funding.triaged(client, outcome="not-ready")

    assert (await funding.balances(fund)).available == 50_000


async def test_a_reservation_nobody_answers_runs_out(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()

    await funding.passes(timedelta(days=29))

    assert (await funding.balances(fund)).available == 50_000
    assert (await funding.award(client)).state == "expired"
    assert len(await funding.told(SubsidyReleased)) == 1


async def test_an_acceptance_after_that_is_paid_for_if_there_is_money(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()
    await funding.passes(timedelta(days=29))

    await funding.hears(client.accepted())

    assert (await funding.award(client)).state == "awarded"
    assert (await funding.balances(fund)).committed == 50_000


async def test_an_acceptance_after_that_waits_if_there_is_none(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()
    await funding.passes(timedelta(days=29))
    other = await funding.a_match()

    await funding.hears(client.accepted())
    assert (await funding.award(client)).waits_for == "money"
    await funding.hears(other.declined())

    assert (await funding.award(client)).state == "awarded"
    assert (await funding.balances(fund)).committed == 50_000


async def test_an_answered_reservation_does_not_run_out(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()
    await funding.hears(client.accepted())

    await funding.passes(timedelta(days=60))

    assert (await funding.balances(fund)).committed == 50_000


async def test_one_of_several_offers_that_ends_releases_nothing(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()
    ids: dict[str, Any] = {
        "match_id": client.match_id,
        "referral_id": client.referral_id,
        "therapist_id": client.therapist_id,
    }

    await funding.hears(
        OfferDeclined(offer_id=OfferId(uuid4()), reason="full", still_open=True, **ids),
        OfferExpired(offer_id=OfferId(uuid4()), still_open=True, **ids),
        client.accepted(),
        OfferWithdrawn(offer_id=OfferId(uuid4()), reason="superseded", still_open=True, **ids),
    )

    assert (await funding.balances(fund)) == standing(50_000, 0, committed=50_000)


@pytest.mark.parametrize("given_up", [False, True])
async def test_a_yes_taken_back_and_a_wish_for_somebody_else_free_the_award_for_the_next(
    funding: Funding,
    given_up: bool,  # noqa: FBT001
) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()
    await funding.hears(client.accepted())
    ids: dict[str, Any] = {"match_id": client.match_id, "referral_id": client.referral_id}
    over = (
        OfferDeclined(
            offer_id=OfferId(uuid4()), therapist_id=client.therapist_id, reason="away", after_acceptance=True, **ids
        )
        if given_up
        else MatchWithdrawn(reason="client-wish", **ids)
    )

    await funding.hears(over)
    assert (await funding.balances(fund)) == standing(50_000, 50_000)
    following = client.again()
    await funding.hears(following.proposed())

    assert (await funding.award(following)).state == "reserved"


async def test_an_answer_to_a_match_that_matching_gave_up_is_released(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()

    await funding.hears(
        MatchWithdrawn(match_id=client.match_id, referral_id=client.referral_id, reason="no-answer-in-time")
    )

    assert [event.reason for event in await funding.told(SubsidyReleased)] == ["no-answer-in-time"]
    assert (await funding.balances(fund)) == standing(50_000, 50_000)
