"""The life of a delivery, row by row; retries; signatures; and where webhooks may go."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.notifications.domain.addresses import is_within, problem_with
from services.notifications.domain.delivery import (
    MAIL_WAITS,
    WEBHOOK_WAITS,
    Failed,
    NotWanted,
    Refused,
    State,
    Went,
    after,
    may_move,
)
from services.notifications.domain.webhook import FIELDS, payload_for
from services.notifications.gateways.mail import MailServer
from services.notifications.gateways.signing import new_secret, signed_headers
from services.notifications.gateways.webhooks import outcome_of

STATES = get_args(State)
ALLOWED = {
    ("queued", "sent"), ("queued", "delivered"), ("queued", "failed"), ("queued", "given_up"),
    ("queued", "suppressed"),
    ("failed", "retried"), ("failed", "given_up"), ("failed", "suppressed"),
    ("retried", "sent"), ("retried", "delivered"), ("retried", "failed"), ("retried", "given_up"),
    ("retried", "suppressed"),
    ("sent", "delivered"), ("sent", "failed"), ("given_up", "retried"), ("given_up", "suppressed"),
}  # fmt: skip


@pytest.mark.parametrize(("now", "to"), list(product(STATES, STATES)))
def test_a_delivery_moves_only_as_the_table_says(now: State, to: State) -> None:
    assert may_move(now, to) == ((now, to) in ALLOWED)


@pytest.mark.parametrize(
    ("attempt", "state", "reason"),
    [
        (Went(), "sent", ""),
        (Went(confirmed=True), "delivered", ""),
        (Failed("x"), "failed", "x"),
        (Refused("gone", disables=True), "given_up", "gone"),
        (NotWanted("no-channel"), "suppressed", "no-channel"),
    ],
)
def test_an_attempt_leads_to_a_state(attempt: Any, state: str, reason: str) -> None:
    following = after(attempt, purpose="offer", attempts=1, jitter=0.5)

    assert (following.state, following.reason) == (state, reason)


@given(st.sampled_from(["offer", "webhook"]), st.floats(0, 1))
def test_retries_spread_grow_and_end(purpose: Any, jitter: float) -> None:
    waits = WEBHOOK_WAITS if purpose == "webhook" else MAIL_WAITS
    for attempts, wait in enumerate(waits, 1):
        following = after(Failed("x"), purpose=purpose, attempts=attempts, jitter=jitter)
        assert following.again_after is not None
        assert wait * 0.79 < following.again_after < wait * 1.21

    assert after(Failed("x"), purpose=purpose, attempts=len(waits) + 1, jitter=jitter).state == "given_up"


def test_a_webhook_is_tried_for_days() -> None:
    assert sum(WEBHOOK_WAITS, timedelta()) > timedelta(days=3)


@pytest.mark.parametrize(
    ("status", "attempt"),
    [
        (200, Went(confirmed=True)),
        (204, Went(confirmed=True)),
        (301, Failed("redirect")),
        (307, Failed("redirect")),
        (400, Failed("http-400")),
        (410, Refused("gone", disables=True)),
        (429, Failed("http-429")),
        (503, Failed("http-503")),
    ],
)
def test_an_endpoints_answer_has_its_meaning(status: int, attempt: Any) -> None:
    assert outcome_of(status) == attempt


def test_the_published_case_of_standard_webhooks_is_signed_as_published() -> None:
    moment = datetime.fromtimestamp(1614265330, UTC)

    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', moment
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_moment_in_another_zone_is_signed_as_the_same_moment() -> None:
    moment = datetime.fromtimestamp(1614265330, timezone(timedelta(hours=5)))
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    assert signed_headers(secret, "msg_1", "{}", moment) == signed_headers(
        secret, "msg_1", "{}", moment.astimezone(UTC)
    )


def test_what_we_sign_the_library_verifies() -> None:
    secret, body = new_secret(), '{"type":"fund.received"}'

    assert Webhook(secret).verify(body, signed_headers(secret, "msg_1", body, datetime.now(UTC))) == {
        "type": "fund.received"
    }


@pytest.mark.parametrize(
    ("message_id", "moment"),
    [("a.b", datetime.now(UTC)), ("", datetime.now(UTC)), ("a", datetime(2026, 1, 1))],  # noqa: DTZ001
)
def test_what_could_be_read_in_two_ways_is_not_signed(message_id: str, moment: datetime) -> None:
    with pytest.raises(ValueError, match=r"id|zone"):
        signed_headers(new_secret(), message_id, "{}", moment)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("funding.fund-received", {"fund_id": "f", "funder_id": "u", "amount": 5, "referral_id": "never"}),
        (
            "funding.fund-threshold-crossed",
            {"fund_id": "f", "funder_id": "u", "percent_used": 80, "referral_id": "never"},
        ),
    ],
)
def test_a_webhooks_payload_is_thin(kind: str, details: dict[str, Any]) -> None:
    payload = payload_for(kind, details, datetime(2026, 3, 2, tzinfo=UTC))

    assert "never" not in payload
    assert all(
        not field.startswith(("referral", "client", "match", "award", "therapist"))
        for fields in FIELDS.values()
        for field in fields
    )


PUBLIC = ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"]
PRIVATE = [
    "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1", "255.255.255.255",
    "fc00::1", "fe80::1%eth0", "::", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1",
    "2002:a00:1::1", "2001:0::1",
    "192.0.2.1", "198.18.0.1", "240.0.0.1", "nonsense",
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_may_be_called(address: str) -> None:
    assert is_within(address, "public")
    assert not is_within(address, "loopback")


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_never_called(address: str) -> None:
    assert not is_within(address, "public")
    assert not is_within(address, "loopback")


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_machine_is_called_only_where_that_is_all_that_may_be(address: str) -> None:
    assert is_within(address, "loopback")
    assert not is_within(address, "public")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/h", "https://user:pw@example.org/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/",
        "https://10.1.2.3/x", "https://intranet/", "https://printer.local/", "ftp://example.org/",
        "https://", "example.org/hook",
        "https://example.org/#x", "https://exa mple.org/", "https://example.org:0/", "https://example.org:99999/",
        "https://[::ffff:10.0.0.1]/",
        "https://example.org/\n", "https://" + "a" * 3000,
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_called_is_refused_in_a_sentence(url: str) -> None:
    problem = problem_with(url, "public")

    assert problem is not None
    assert problem.endswith(".")


def test_an_ordinary_address_is_accepted() -> None:
    assert problem_with("https://hooks.example.org:8443/stopso?x=1", "public") is None
    assert problem_with("http://localhost:9000/hook", "loopback") is None
    assert problem_with("https://example.org/hook", "loopback") is not None


def test_in_a_demonstration_no_other_mail_server_can_be_made() -> None:
    with pytest.raises(ValueError, match="this machine"):
        MailServer("mail.example.org", 25, "x@example.org", only_here=True)
