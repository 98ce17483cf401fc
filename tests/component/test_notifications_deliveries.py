"""Mails and webhooks: sent once for each event, tried again, given up, suppressed; nothing kept needlessly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from services.notifications.domain.delivery import Failed, Refused, Went
from services.notifications.handlers import desk, sending
from shared.events.asks import ContactCard, Identity, RevealIdentity
from shared.events.intake import SafeguardingConcernRaised
from shared.events.matching import OfferExpired, OfferReminded, OfferWithdrawn
from shared.events.notifications import DeliveryGivenUp
from shared.kernel.errors import Conflict, Retry, Unprocessable
from shared.kernel.ids import ConcernId, ReferralId, StaffId
from shared.web.accounts import add_account
from tests.component.harness import MONDAY_MORNING
from tests.component.notifications import (
    Notifications,
    a_letter,
    a_profile,
    a_referral,
    an_offer,
    notifications_on,
)
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def notifications(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Notifications]:
    async with notifications_on(database_for("notifications").application_dsn) as component:
        yield component


class ProcessEnded(BaseException):
    """Stands for a kill in the middle of sending."""


async def an_acknowledgement(notifications: Notifications) -> ReferralId:
    referral = a_referral()
    await notifications.hears(referral, seal=a_profile(wants_acknowledgement=True))
    return referral.referral_id


async def test_an_acknowledgement_goes_to_the_address_that_intake_names_at_that_moment(
    notifications: Notifications,
) -> None:
    referral_id = await an_acknowledgement(notifications)

    await notifications.sends()
    await notifications.sends()

    ((to, letter, message_id),) = notifications.post_box.sent
    assert to == "someone@example.org"
    assert "/return" in letter.text
    assert notifications.intake.questions[0].model_dump()["referral_id"] == referral_id
    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["attempts"], delivery["message_id"]) == ("sent", 1, message_id)
    assert "example.org" not in str({**delivery, "message_id": ""})


async def test_who_did_not_ask_for_an_acknowledgement_gets_none(notifications: Notifications) -> None:
    await notifications.hears(a_referral(), seal=a_profile(wants_acknowledgement=False))

    assert await notifications.deliveries() == []


@pytest.mark.parametrize("refusal", ["no-channel", "consent-missing", "closed", "erased"])
async def test_do_not_contact_suppresses(notifications: Notifications, refusal: Any) -> None:
    notifications.intake.answer = ContactCard(refusal=refusal)
    await an_acknowledgement(notifications)

    await notifications.sends()

    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["reason"]) == ("suppressed", refusal)
    assert notifications.post_box.sent == []
    assert await notifications.told(DeliveryGivenUp) == []


async def test_a_silent_intake_is_asked_again_later(notifications: Notifications) -> None:
    notifications.intake.answer = Retry("no-answer")
    await an_acknowledgement(notifications)
    await notifications.sends()
    notifications.intake.answer = ContactCard(address="someone@example.org")

    await notifications.lets_pass(timedelta(minutes=1))

    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["attempts"]) == ("sent", 2)


async def test_a_failing_mail_is_tried_again_under_the_same_message_id(notifications: Notifications) -> None:
    notifications.post_box.answers = [Failed("smtp-451"), Failed("smtp-451"), Went()]
    await an_acknowledgement(notifications)

    await notifications.sends()
    (delivery,) = await notifications.deliveries()
    assert delivery["state"] == "failed"
    await notifications.lets_pass(timedelta(minutes=1))
    await notifications.lets_pass(timedelta(minutes=5))

    assert len({message_id for _, _, message_id in notifications.post_box.sent}) == 1
    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["attempts"]) == ("sent", 3)
    outcomes = await notifications.rows("SELECT outcome FROM delivery_attempt ORDER BY attempt")
    assert [row["outcome"] for row in outcomes] == ["smtp-451", "smtp-451", "sent"]


async def test_a_mail_that_never_goes_is_given_up_told_and_shown(notifications: Notifications) -> None:
    notifications.post_box.answers = [Failed("smtp-451")] * 50
    referral_id = await an_acknowledgement(notifications)

    for _ in range(12):
        await notifications.lets_pass(timedelta(hours=15))

    (delivery,) = await notifications.deliveries()
    (told,) = await notifications.told(DeliveryGivenUp)
    assert delivery["state"] == "given_up"
    assert (told.referral_id, told.template) == (referral_id, "acknowledgement")
    assert "unreached" in (await notifications.card(referral_id))["flags"]
    kinds = await notifications.rows("SELECT kind FROM happening WHERE speaker = 'notifications'")
    assert kinds == [{"kind": "notifications.delivery-given-up"}]


async def test_a_refused_address_is_given_up_at_once_and_can_be_tried_by_hand(notifications: Notifications) -> None:
    notifications.post_box.answers = [Refused("address-refused")]
    await an_acknowledgement(notifications)
    await notifications.sends()
    (delivery,) = await notifications.deliveries()
    assert delivery["state"] == "given_up"

    await notifications.perform("x", lambda tx: desk.try_again(delivery["delivery_id"], tx), actor="staff:x")
    await notifications.sends()

    (delivery,) = await notifications.deliveries()
    assert delivery["state"] == "sent"
    with pytest.raises(Conflict):
        await notifications.perform("x", lambda tx: desk.try_again(delivery["delivery_id"], tx))


async def test_a_process_that_dies_between_sending_and_noting_leaves_a_recognisable_trace(
    notifications: Notifications,
) -> None:
    notifications.post_box.answers = [ProcessEnded()]
    await an_acknowledgement(notifications)
    with pytest.raises(ProcessEnded):
        await notifications.sends()

    assert await notifications.sends() == 0
    await notifications.lets_pass(sending.LEASE + timedelta(seconds=1))

    first, second = (message_id for _, _, message_id in notifications.post_box.sent)
    assert first == second
    outcomes = await notifications.rows("SELECT outcome FROM delivery_attempt ORDER BY attempt")
    assert [row["outcome"] for row in outcomes] == ["unknown", "sent"]


async def test_two_senders_at_once_send_each_mail_once(notifications: Notifications) -> None:
    for _ in range(15):
        await an_acknowledgement(notifications)

    await asyncio.gather(notifications.sends(), notifications.sends(), notifications.sends())

    assert len(notifications.post_box.sent) == 15


async def test_an_offer_goes_out_and_its_letter_is_wiped(notifications: Notifications) -> None:
    offer = an_offer(ReferralId(uuid4()))
    await notifications.hears(offer, seal=a_letter("t@example.org", "http://localhost:8002/offers/SECRET"))
    (queued,) = await notifications.deliveries()
    assert queued["letter"] is not None
    assert b"SECRET" not in queued["letter"]

    await notifications.sends()

    ((to, letter, _),) = notifications.post_box.sent
    (sent,) = await notifications.deliveries()
    assert (to, sent["state"], sent["letter"], sent["wrapped_key"]) == ("t@example.org", "sent", None, None)
    assert "http://localhost:8002/offers/SECRET" in letter.text


async def test_an_offer_that_is_over_is_not_sent_any_more(notifications: Notifications) -> None:
    offer = an_offer(ReferralId(uuid4()))
    await notifications.hears(offer, seal=a_letter())
    names = ("offer_id", "match_id", "referral_id", "therapist_id")
    await notifications.hears(OfferExpired(**{name: getattr(offer, name) for name in names}))

    await notifications.sends()

    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["letter"], notifications.post_box.sent) == ("suppressed", None, [])


async def test_a_therapist_who_is_asked_anew_gets_the_new_mail_even_when_all_is_heard_at_once(
    notifications: Notifications,
) -> None:
    referral = a_referral()
    first = an_offer(referral.referral_id)
    again = an_offer(referral.referral_id, therapist_id=first.therapist_id)
    withdrawn = OfferWithdrawn(
        offer_id=first.offer_id,
        match_id=first.match_id,
        referral_id=referral.referral_id,
        therapist_id=first.therapist_id,
        reason="consent-withdrawn",
    )

    await notifications.kernel.inbox.process(
        [
            notifications.delivery(first, seal=a_letter()),
            notifications.delivery(withdrawn),
            notifications.delivery(again, seal=a_letter()),
        ]
    )
    await notifications.sends()

    assert sorted(one["state"] for one in await notifications.deliveries()) == ["sent", "suppressed"]
    assert len(notifications.post_box.sent) == 1


async def test_a_reminder_is_a_mail_of_its_own(notifications: Notifications) -> None:
    offer = an_offer(ReferralId(uuid4()))
    await notifications.hears(offer, seal=a_letter())
    await notifications.hears(
        OfferReminded(**offer.model_dump(exclude={"sealed"})), seal=a_letter(link="http://localhost:8002/offers/2")
    )

    await notifications.sends()

    assert len({letter.subject for _, letter, _ in notifications.post_box.sent}) == 2


async def test_safeguarding_staff_are_alerted_without_any_detail(notifications: Notifications) -> None:
    async def staff(tx: Any) -> None:
        for name, role in (
            ("sam@example.org", "safeguarding"),
            ("fin@example.org", "finance"),
            ("shortname", "safeguarding"),
        ):
            await add_account(
                tx.db,
                name=name,
                display_name=name,
                roles=[cast("Any", role)],
                password="a long pass phrase",
                now=tx.now,
            )

    await notifications.perform("accounts", staff)
    referral = a_referral()
    concern = ConcernId(uuid4())
    await notifications.hears(
        SafeguardingConcernRaised(referral_id=referral.referral_id, concern_id=concern, act_by=MONDAY_MORNING)
    )

    await notifications.sends()

    ((to, letter, _),) = notifications.post_box.sent
    assert to == "sam@example.org"
    assert str(referral.referral_id)[-6:] not in letter.text
    assert str(concern) not in letter.text


async def test_revealing_needs_a_reason_and_names_who_asks(notifications: Notifications) -> None:
    referral, staff = ReferralId(uuid4()), StaffId(uuid4())
    notifications.intake.answer = Identity(name="Somebody", channel="email", email="x@example.org")
    with pytest.raises(Unprocessable):
        await desk.reveal(notifications.kernel, referral, staff, "   no   ")

    found = await desk.reveal(notifications.kernel, referral, staff, "calling back as agreed")

    assert found.name == "Somebody"
    assert notifications.intake.questions == [
        RevealIdentity(referral_id=referral, staff_id=staff, reason="calling back as agreed")
    ]
