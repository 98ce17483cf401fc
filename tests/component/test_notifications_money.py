"""Letters about money reach client, therapist, funder and finance: each by their own way, and once."""

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.notifications.domain.delivery import Failed, Refused
from services.notifications.handlers import desk
from shared.events.asks import ContactCard, TherapistCard
from shared.events.codes import FunderLetterKind, FundMilestone
from shared.events.funding import (
    FunderLetterRequested,
    FundMilestoneReached,
    InvoiceDecided,
    MeansWanted,
    SubsidyApprovalDecided,
    SubsidyApprovalWanted,
    SubsidyGranted,
    TherapistBankDetailsEntered,
)
from shared.events.intake import ConsentWithdrawn
from shared.events.sealed import Letter, MeansLink
from shared.kernel.ids import (
    AwardId,
    FunderId,
    FundId,
    InvoiceId,
    LetterId,
    MatchId,
    MeansTestId,
    ReferralId,
    TherapistId,
)
from shared.kernel.money import Pence
from tests.component.notifications import (
    Notifications,
    a_profile,
    a_referral,
    notifications_on,
    proposed,
    triaged,
)
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers
LINK = "https://funding.example/somewhere/secret-of-the-link"
FINANCE = "finance@example.org"


@pytest.fixture
async def notifications(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Notifications]:
    dsn = database_for("notifications").application_dsn
    async with notifications_on(dsn, finance_mailbox=FINANCE) as component:
        yield component


async def asks_for_means(notifications: Notifications, reminder: int = 0) -> MeansWanted:
    event = MeansWanted(referral_id=ReferralId(uuid4()), means_test_id=MeansTestId(uuid4()), reminder=reminder)
    await notifications.hears(event, seal={"notifications": MeansLink(link=LINK)})
    return event


async def writes_to_funder(notifications: Notifications, kind: FunderLetterKind) -> FunderLetterRequested:
    event = FunderLetterRequested(funder_id=FunderId(uuid4()), letter_id=LetterId(uuid4()), kind=kind)
    await notifications.hears(event, seal={"notifications": Letter(email="grants@example.org", link=LINK)})
    return event


def milestone(name: FundMilestone, funder_id: FunderId | None = None) -> FundMilestoneReached:
    return FundMilestoneReached(
        fund_id=FundId(uuid4()), funder_id=funder_id or FunderId(uuid4()), milestone=name, day=date(2026, 6, 30)
    )


async def test_a_client_is_asked_for_their_means_where_intake_says_and_the_link_is_then_gone(
    notifications: Notifications,
) -> None:
    for reminder in (0, 1):
        await asks_for_means(notifications, reminder)
        await notifications.sends()

    assert [to for to, _, _ in notifications.post_box.sent] == ["someone@example.org"] * 2
    assert all(LINK in letter.text for _, letter, _ in notifications.post_box.sent)
    assert {question.model_dump()["purpose"] for question in notifications.intake.questions} == {"means"}
    assert sorted((one["purpose"], one["state"], one["letter"]) for one in await notifications.deliveries()) == [
        ("means", "sent", None),
        ("means-reminder", "sent", None),
    ]


async def test_a_client_who_may_not_be_written_to_is_not(notifications: Notifications) -> None:
    event = await asks_for_means(notifications)
    await notifications.hears(ConsentWithdrawn(referral_id=event.referral_id, purpose="subsidy"))
    await notifications.sends()
    notifications.intake.answer = ContactCard(refusal="no-channel")
    await asks_for_means(notifications)

    await notifications.sends()

    assert notifications.post_box.sent == []
    assert sorted((one["reason"], one["letter"]) for one in await notifications.deliveries()) == [
        ("consent-missing", None),
        ("no-channel", None),
    ]


async def test_a_therapist_is_told_what_became_of_an_invoice(notifications: Notifications) -> None:
    notifications.intake.answer = TherapistCard(name="Kim", email="kim@example.org")
    decisions: tuple[Any, ...] = ("approved", "questioned", "paid", "returned")
    for decision in decisions:
        await notifications.hears(
            InvoiceDecided(therapist_id=TherapistId(uuid4()), invoice_id=InvoiceId(uuid4()), decision=decision)
        )
    await notifications.hears(TherapistBankDetailsEntered(therapist_id=TherapistId(uuid4())))

    await notifications.sends()

    assert [to for to, _, _ in notifications.post_box.sent] == ["kim@example.org"] * 5
    assert len({letter.subject for _, letter, _ in notifications.post_box.sent}) == 5
    for _, letter, _ in notifications.post_box.sent:
        assert "http://localhost:8003/invoices/mine" in letter.text
        assert "Kim" not in letter.text


async def test_a_funder_is_written_to_once_and_address_and_link_are_kept_nowhere(notifications: Notifications) -> None:
    event = await writes_to_funder(notifications, "funder-report")
    await notifications.hears_again()

    await notifications.sends()

    ((to, letter, message_id),) = notifications.post_box.sent
    (delivery,) = await notifications.deliveries()
    assert (to, LINK in letter.text, str(event.letter_id) in message_id) == ("grants@example.org", True, True)
    assert (delivery["recipient"], delivery["state"], delivery["letter"]) == (f"funder:{event.funder_id}", "sent", None)
    kept = str(await notifications.rows("SELECT * FROM happening"))
    assert "example.org" not in kept
    assert "secret-of-the-link" not in kept


async def test_a_funders_link_to_sign_in_is_not_sent_once_it_is_no_longer_good(notifications: Notifications) -> None:
    notifications.post_box.answers = [Failed("smtp-451")] * 50
    await writes_to_funder(notifications, "funder-sign-in")
    await notifications.sends()

    await notifications.lets_pass(timedelta(minutes=16))

    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["reason"], delivery["letter"]) == ("suppressed", "link-over", None)


async def test_what_cannot_be_delivered_is_given_up_in_sight(notifications: Notifications) -> None:
    notifications.post_box.answers = [Refused("address-refused")] * 2
    await asks_for_means(notifications)
    await writes_to_funder(notifications, "funder-milestone")

    await notifications.sends()

    assert {one["state"] for one in await notifications.deliveries()} == {"given_up"}


async def test_a_funder_hears_of_their_own_fund_and_finance_of_what_we_owe_or_miss(
    notifications: Notifications,
) -> None:
    funder_id = FunderId(uuid4())
    await notifications.perform("x", lambda tx: desk.add_endpoint(funder_id, "http://localhost:9999/h", "loopback", tx))
    names: tuple[FundMilestone, ...] = ("target-met", "money-expiring", "report-due", "instalment-late")
    for name in names:
        await notifications.hears(milestone(name, funder_id))

    await notifications.sends()

    told = [body for _, body, _ in notifications.hooks.posted]
    assert len(told) == 2
    assert all('"type":"fund.milestone_reached"' in body and '"day":"2026-06-30"' in body for body in told)
    assert sorted(body.split('"milestone":"')[1].split('"')[0] for body in told) == ["money-expiring", "target-met"]
    assert [(to, "/grants" in letter.text) for to, letter, _ in notifications.post_box.sent] == [(FINANCE, True)] * 2
    assert sorted(one["purpose"] for one in await notifications.deliveries() if one["recipient"] == "finance") == [
        "instalment-late",
        "report-due",
    ]


async def test_finance_is_told_of_an_approval_and_the_board_shows_it_until_it_is_decided(
    notifications: Notifications,
) -> None:
    referral = a_referral()
    match = proposed(referral.referral_id)
    ids: Any = {"referral_id": referral.referral_id, "match_id": match.match_id, "award_id": AwardId(uuid4())}
    await notifications.hears(referral, seal=a_profile())
    await notifications.hears(triaged(referral.referral_id), match)

    await notifications.hears(SubsidyApprovalWanted(**ids, level=1))
    await notifications.hears_again()
    waiting = await notifications.card(referral.referral_id)
    await notifications.hears(SubsidyApprovalDecided(**ids, approved=True))
    await notifications.hears_again()
    await notifications.hears(
        SubsidyGranted(
            **ids,
            sessions=8,
            amount_per_session=Pence(4500),
            contribution_per_session=Pence(1500),
            valid_until=date(2026, 12, 31),
        )
    )
    decided = await notifications.card(referral.referral_id)
    await notifications.sends()

    assert (waiting["board_column"], waiting["flags"]) == ("matching", ["approval"])
    assert (decided["board_column"], decided["flags"]) == ("matching", [])
    ((to, letter, _),) = notifications.post_box.sent
    assert (to, "http://localhost:8003/awards/approvals" in letter.text) == (FINANCE, True)


async def test_without_a_mailbox_finance_gets_no_mail(database_for: Callable[[str], ServiceDatabase]) -> None:
    async with notifications_on(database_for("notifications").application_dsn) as notifications:
        await notifications.hears(
            milestone("report-due"),
            SubsidyApprovalWanted(
                referral_id=ReferralId(uuid4()), match_id=MatchId(uuid4()), award_id=AwardId(uuid4()), level=2
            ),
        )

        assert await notifications.deliveries() == []
