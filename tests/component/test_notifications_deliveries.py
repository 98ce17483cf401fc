"""Mails and webhooks: sent once for each event, tried again, given up, suppressed; nothing kept needlessly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from services.notifications.domain.delivery import Failed, Refused, Went
from services.notifications.gateways.catcher import catch_mail
from services.notifications.gateways.mail import MailServer
from services.notifications.gateways.webhooks import Caller
from services.notifications.handlers import catching, desk, sending
from services.notifications.handlers.letters import letter_for
from services.notifications.store import caught_mail
from shared.events.asks import ContactCard, Identity, RevealIdentity
from shared.events.funding import FundReceived, FundThresholdCrossed
from shared.events.intake import SafeguardingConcernRaised
from shared.events.matching import OfferExpired, OfferReminded
from shared.events.notifications import DeliveryGivenUp
from shared.kernel.errors import Conflict, Retry, Unprocessable
from shared.kernel.ids import ConcernId, FunderId, FundId, ReferralId, StaffId
from shared.kernel.money import Pence
from shared.web.accounts import add_account
from tests.component.harness import MONDAY_MORNING
from tests.component.notifications import (
    Notifications,
    a_letter,
    a_profile,
    a_referral,
    an_offer,
    notifications_on,
    some_settings,
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


async def an_endpoint(notifications: Notifications, funder_id: FunderId) -> desk.NewEndpoint:
    url = "http://localhost:9000/hook"
    return await notifications.perform(
        "x", lambda tx: desk.add_endpoint(funder_id, url, "loopback", tx), actor="staff:x"
    )


def money(funder_id: FunderId) -> FundReceived:
    return FundReceived(fund_id=FundId(uuid4()), funder_id=funder_id, amount=Pence(5000))


async def test_a_funder_is_told_by_a_signed_thin_webhook(notifications: Notifications) -> None:
    funder = FunderId(uuid4())
    made = await an_endpoint(notifications, funder)
    (kept,) = await notifications.rows("SELECT secret FROM endpoint")
    await notifications.hears(money(funder), money(FunderId(uuid4())))

    await notifications.sends()

    ((url, body, headers),) = notifications.hooks.posted
    now = notifications.clock.now()
    signature = Webhook(made.secret).sign(headers["webhook-id"], now, body)
    assert (url, headers["webhook-signature"]) == ("http://localhost:9000/hook", signature)
    assert '"amount":5000' in body
    assert made.secret.encode() not in kept["secret"]
    (delivery,) = await notifications.deliveries()
    assert delivery["state"] == "delivered"


async def test_a_webhook_can_be_replayed_under_the_same_id(notifications: Notifications) -> None:
    funder = FunderId(uuid4())
    await an_endpoint(notifications, funder)
    await notifications.hears(FundThresholdCrossed(fund_id=FundId(uuid4()), funder_id=funder, percent_used=80))
    await notifications.sends()
    (delivery,) = await notifications.deliveries()

    await notifications.perform("x", lambda tx: desk.replay_webhook(delivery["delivery_id"], tx))
    await notifications.sends()

    (_, first, one), (_, second, other) = notifications.hooks.posted
    assert (first, one["webhook-id"]) == (second, other["webhook-id"])


async def test_gone_means_never_again(notifications: Notifications) -> None:
    funder = FunderId(uuid4())
    await an_endpoint(notifications, funder)
    notifications.hooks.answers = [Refused("gone", disables=True)]
    await notifications.hears(money(funder))
    await notifications.sends()

    await notifications.hears(money(funder))
    await notifications.sends()

    assert len(notifications.hooks.posted) == 1
    (endpoint,) = await notifications.rows("SELECT state, reason FROM endpoint")
    assert endpoint == {"state": "disabled", "reason": "gone"}


async def test_an_endpoint_on_the_private_network_is_not_taken(notifications: Notifications) -> None:
    for url in ("https://10.0.0.1/", "http://example.org/"):
        with pytest.raises(Unprocessable):
            await notifications.perform(
                "x",
                lambda tx, url=url: desk.add_endpoint(FunderId(uuid4()), url, "public", tx),  # type: ignore[misc]
            )


async def test_a_name_that_turns_into_a_private_address_is_not_called() -> None:
    async def rebinding(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "169.254.169.254"]

    assert await Caller("public", rebinding).post("https://example.org/x", "{}", {}) == Failed("address-not-allowed")


async def test_redirects_are_not_followed_and_the_checked_address_is_the_one_called() -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        answer = await Caller("loopback", here).post(
            f"http://hooks.localhost:{port}/x", '{"a":1}', {"webhook-id": "msg_1"}
        )

    assert answer == Failed("redirect")
    assert len(asked) == 1
    assert f"host: hooks.localhost:{port}".encode() in asked[0].lower()


async def test_in_demonstrations_nothing_can_leave_the_machine() -> None:
    with pytest.raises(ValidationError, match="STOPSO_SMTP_HOST"):
        some_settings(smtp_host="mail.example.org")
    assert some_settings(webhooks_to_loopback=False).reach == "loopback"
    assert await Caller("loopback").post("https://93.184.216.34/", "{}", {}) == Refused("address-not-allowed")
    with pytest.raises(ValueError, match="this machine"):
        await catch_mail("0.0.0.0", 0, cast("Any", None))  # noqa: S104 - refused


async def test_the_catcher_keeps_a_mail_once_and_encrypted(notifications: Notifications) -> None:
    async def keep(message: Any) -> None:
        await catching.keep_mail(notifications.kernel, message)

    server = await catch_mail("127.0.0.1", 0, keep)
    port = server.sockets[0].getsockname()[1]
    mail = MailServer("127.0.0.1", port, "Messages <messages@example.org>", security="none", only_here=True)
    letter = letter_for("offer", link="http://localhost:8002/offers/x")
    async with server:
        for _ in range(2):
            sent = await mail.send(letter, "marker@example.org", message_id="<one@example.org>", now=MONDAY_MORNING)
            assert sent == Went()
        unusable = await mail.send(
            letter, "a@example.org\r\nBcc: b@example.org", message_id="<x@y>", now=MONDAY_MORNING
        )

    assert unusable == Refused("address-not-usable")
    async with notifications.kernel.reading() as db:
        (caught,) = await caught_mail.caught_mails(db)
    opened = catching.read_mail(notifications.kernel, caught)
    assert b"marker" not in caught.content
    assert (opened.to, opened.subject, opened.times) == ("marker@example.org", letter.subject, 2)
    assert "http://localhost:8002/offers/x" in opened.text


async def test_an_unreachable_mail_server_is_tried_again() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()

    answer = await MailServer("127.0.0.1", port, "m@example.org", security="none").send(
        letter_for("offer", link="x"), "t@example.org", message_id="<a@b>", now=MONDAY_MORNING
    )

    assert answer == Failed("mail-server-unreachable")


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
