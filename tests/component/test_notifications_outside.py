"""What leaves the house: webhooks that funders can trust, and nothing at all in demonstrations."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast
from uuid import uuid4

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from services.notifications.domain.delivery import Failed, Refused, Went
from services.notifications.gateways import webhooks
from services.notifications.gateways.catcher import catch_mail
from services.notifications.gateways.mail import MailServer
from services.notifications.gateways.webhooks import Caller
from services.notifications.handlers import catching, desk
from services.notifications.handlers.letters import letter_for
from services.notifications.store import caught_mail
from shared.events.funding import FundReceived, FundThresholdCrossed
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import FunderId, FundId
from shared.kernel.money import Pence
from tests.component.harness import MONDAY_MORNING
from tests.component.notifications import (
    Notifications,
    notifications_on,
    some_settings,
)
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def notifications(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Notifications]:
    async with notifications_on(database_for("notifications").application_dsn) as component:
        yield component


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


async def test_redirects_are_not_followed_and_the_checked_address_is_the_one_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 100.0)
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
    letter = letter_for("offer", link="http://localhost:8002/offers/x", phone_number="0808 157 0000")
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
        letter_for("offer", link="x", phone_number=""), "t@example.org", message_id="<a@b>", now=MONDAY_MORNING
    )

    assert answer == Failed("mail-server-unreachable")
