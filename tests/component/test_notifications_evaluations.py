"""Questions reach client and therapist by the address that holds at that moment, and nobody who took consent back."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Literal
from uuid import uuid4

import pytest

from shared.events.asks import ContactCard, TherapistCard
from shared.events.funding import EvaluationDue, ReportPublished, TherapistFeeDue
from shared.events.intake import ConsentWithdrawn
from shared.events.sealed import EvaluationLink
from shared.kernel.ids import AdministrationId, FunderId, FundId, ReferralId, ReportId, TherapistId
from tests.component.notifications import Notifications, notifications_on
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers
LINK = "https://funding.example/evaluations/abc"


@pytest.fixture
async def notifications(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Notifications]:
    async with notifications_on(database_for("notifications").application_dsn) as component:
        yield component


async def asks(
    notifications: Notifications, respondent: Literal["client", "therapist"], reminder: int = 0
) -> ReferralId:
    event = EvaluationDue(
        referral_id=ReferralId(uuid4()),
        administration_id=AdministrationId(uuid4()),
        respondent=respondent,
        therapist_id=TherapistId(uuid4()),
        reminder=reminder,
    )
    await notifications.hears(event, seal={"notifications": EvaluationLink(link=LINK)})
    return event.referral_id


async def test_a_client_is_written_to_where_intake_says_and_the_link_is_then_gone(notifications: Notifications) -> None:
    await asks(notifications, "client")

    await notifications.sends()

    ((to, letter, _),) = notifications.post_box.sent
    assert to == "someone@example.org"
    assert LINK in letter.text
    assert notifications.intake.questions[0].model_dump()["purpose"] == "evaluation"
    (delivery,) = await notifications.deliveries()
    assert (delivery["purpose"], delivery["state"], delivery["letter"]) == ("evaluation", "sent", None)


async def test_a_therapist_is_written_to_where_matching_says(notifications: Notifications) -> None:
    notifications.intake.answer = TherapistCard(name="Kim", email="kim@example.org")
    await asks(notifications, "therapist", reminder=1)

    await notifications.sends()

    ((to, letter, _),) = notifications.post_box.sent
    assert to == "kim@example.org"
    assert "Kim" not in letter.text
    assert [one["purpose"] for one in await notifications.deliveries()] == ["evaluation-reminder"]


async def test_a_therapist_who_owes_a_fee_is_led_to_their_own_page(notifications: Notifications) -> None:
    notifications.intake.answer = TherapistCard(name="Kim", email="kim@example.org")
    therapist_id = TherapistId(uuid4())

    for reminder in (0, 1):
        await notifications.hears(TherapistFeeDue(therapist_id=therapist_id, fee_id=uuid4(), reminder=reminder))
        await notifications.sends()

    assert [to for to, _, _ in notifications.post_box.sent] == ["kim@example.org"] * 2
    assert all("/fees/mine" in letter.text and "Kim" not in letter.text for _, letter, _ in notifications.post_box.sent)
    assert sorted(one["purpose"] for one in await notifications.deliveries()) == ["fee", "fee-reminder"]


async def test_somebody_who_took_consent_back_is_not_written_to(notifications: Notifications) -> None:
    referral_id = await asks(notifications, "client")
    await notifications.hears(ConsentWithdrawn(referral_id=referral_id, purpose="evaluation"))

    await notifications.sends()

    assert notifications.post_box.sent == []
    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["reason"], delivery["letter"]) == ("suppressed", "consent-missing", None)


async def test_intake_has_the_last_word(notifications: Notifications) -> None:
    notifications.intake.answer = ContactCard(refusal="consent-missing")
    await asks(notifications, "client")

    await notifications.sends()

    assert notifications.post_box.sent == []


async def test_a_published_report_is_taken_in_without_a_webhook_to_call(notifications: Notifications) -> None:
    await notifications.hears(
        ReportPublished(
            report_id=ReportId(uuid4()),
            fund_id=FundId(uuid4()),
            funder_id=FunderId(uuid4()),
            from_day=date(2026, 1, 1),
            until_day=date(2026, 4, 1),
            sha256="0" * 64,
        )
    )

    assert await notifications.deliveries() == []
