"""The demonstration shows finance at work: every page about money has something on it."""

from typing import Any
from uuid import UUID

import pytest

from deploy.stopso.demo_money import Two, agree_on_grant, hold_sessions, look_after
from deploy.stopso.demo_people import FUND_WITH_A_GRANT
from services.funding.domain.days import day_of
from services.matching.handlers import answers, therapy
from shared.events.matching import SessionAttended
from tests.component.funding import Funding, funding_service
from tests.component.invoices import a_therapy, sessions_held
from tests.component.matching import Matching, matching_service, therapist_row

__all__ = ["funding_service", "matching_service"]
pytestmark = pytest.mark.servers
TWO = Two(f"staff:{UUID(int=1)}", f"staff:{UUID(int=2)}")


async def states(funding: Funding, query: str) -> list[Any]:
    async with funding.kernel.reading() as db:
        return sorted(tuple(row) for row in await db.fetch(query))


async def test_finance_finds_one_of_everything(funding: Funding) -> None:
    today = day_of(funding.clock.now())
    await funding.a_fund(900_000, name=FUND_WITH_A_GRANT)
    await funding.a_fund(900_000, name="General reserve")
    await funding.a_match()
    for _ in range(2):
        await sessions_held(funding, await a_therapy(funding), 3, on=today)

    await agree_on_grant(funding.kernel, TWO, today)
    await look_after(funding.kernel, TWO)

    assert await states(funding, "SELECT due_on < $$2026-03-02$$::date FROM grant_instalment") == [
        (False,),
        (False,),
        (True,),
    ]
    assert len(await states(funding, "SELECT due_on FROM grant_report")) == 2
    assert await states(funding, "SELECT state, kind FROM proposal") == [("to-approve", "award")]
    assert await states(funding, "SELECT state FROM invoice") == [("approved",), ("submitted",)]
    assert await states(funding, "SELECT state FROM bank_account") == [("confirmed",), ("waiting",)]
    assert await states(funding, "SELECT state FROM means_test") == [("asked",), ("done",)]
    assert len(await states(funding, "SELECT contact_id FROM funder_contact")) == 1


async def test_subsidised_therapies_have_had_their_first_sessions(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id = await matching.takes_on()
    await matching.subsidises(referral_id)
    offer_id, _ = await matching.offer_of(referral_id)
    match_id = (await matching.proposed_for(referral_id)).match_id
    await matching.perform(str(referral_id), lambda tx: answers.accept(tx, offer_id))
    await matching.perform(str(referral_id), lambda tx: therapy.start(tx, match_id, actor="therapist"))

    await hold_sessions(matching.kernel, matching.clock.now())

    held = [event.held_on for event in await matching.told(SessionAttended)]
    assert held == sorted(held)
    assert len(held) == 3
