"""The staff pages without a browser: who sees what, and what is done by hand."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from services.notifications.web import feed as feeds
from services.notifications.web import stream
from shared.events.asks import Identity, RevealIdentity
from shared.events.codes import StaffRole
from shared.events.intake import SafeguardingConcernRaised
from shared.kernel.ids import ConcernId
from tests.component.harness import MONDAY_MORNING
from tests.component.notifications import Notifications, a_profile, a_referral, notifications_on, triaged
from tests.component.notifications_pages import Site, fill, site_of
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

ALL_ROLES: tuple[StaffRole, ...] = ("coordinator", "triage", "safeguarding", "registrar", "finance", "admin")


@pytest.fixture
async def notifications(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Notifications]:
    with capture_logs():
        async with notifications_on(database_for("notifications").application_dsn) as component:
            yield component


@pytest.fixture
async def site(notifications: Notifications, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(feeds, "EVERY", 0.05)
    monkeypatch.setattr(stream, "GATHER", 0.02)
    monkeypatch.setattr(stream, "PING", 1.0)
    async with site_of(notifications) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    [
        "/board",
        "/referrals",
        "/deliveries",
        "/deliveries/endpoints",
        "/dead-letters",
        "/system",
        "/mail",
        "/board/concerns",
    ],
)
async def test_nobody_sees_a_page_without_signing_in(site: Site, path: str) -> None:
    async with await site.client() as nobody:
        answer = await nobody.get(path)

    assert answer.status_code == 303
    assert "/sign-in?return=" in answer.headers["location"]


@pytest.mark.parametrize(
    ("path", "roles"),
    [
        ("/board", ALL_ROLES),
        ("/deliveries", ("coordinator", "admin")),
        ("/deliveries/endpoints", ("finance", "admin")),
        ("/dead-letters", ("admin",)),
        ("/system", ("admin",)),
    ],
)
async def test_a_page_opens_to_its_roles_alone(site: Site, path: str, roles: tuple[StaffRole, ...]) -> None:
    for role in ALL_ROLES:
        async with await site.client(role) as somebody:
            assert (await somebody.get(path)).status_code == (200 if role in roles else 403), role


async def test_a_role_decides_what_a_card_shows(site: Site) -> None:
    await fill(site.notifications, 1)
    seen = {}
    for role in ALL_ROLES:
        async with await site.client(role) as somebody:
            seen[role] = (await somebody.get("/board")).text

    for role in ("coordinator", "triage", "safeguarding"):
        assert "Survivor" in seen[role]
        assert "EX1" in seen[role]
        assert ">Safeguarding</li>" in seen[role]
    for role in ("registrar", "finance", "admin"):
        for hidden in ("Survivor", ">Safeguarding</li>", ">Immediate</li>", "65+", "Turned down"):
            assert hidden not in seen[role], (role, hidden)
        assert not re.search(r"\bEX1\b", seen[role]), role
    assert "£480 short" in seen["finance"]
    assert "£480 short" not in seen["registrar"]


async def test_the_banner_and_the_title_count_cannot_be_filtered_away(site: Site) -> None:
    referral = a_referral()
    await site.notifications.hears(referral, seal=a_profile(outward_code="EX1"))
    concern = SafeguardingConcernRaised(
        referral_id=referral.referral_id, concern_id=ConcernId(uuid4()), act_by=MONDAY_MORNING
    )
    await site.notifications.hears(concern)
    async with await site.client("finance", "admin") as somebody:
        pages = [
            await somebody.get(path)
            for path in ("/board?area=ZZ9&due=soon", "/deliveries", "/system", "/dead-letters", "/mail")
        ]
        fragment = await somebody.get("/board/concerns")

    for page in pages:
        assert "1 safeguarding concern is open" in page.text
        assert "<title>(1!) " in page.text
    assert fragment.headers["x-open-concerns"] == "1"


async def test_filters_narrow_the_board_and_unknown_ones_do_nothing(site: Site) -> None:
    await fill(site.notifications, 1)
    async with await site.client("coordinator") as somebody:
        everything = (await somebody.get("/board")).text.count('<li class="card')
        waiting = (await somebody.get("/board?reason=nobody-near")).text
        unknown = (await somebody.get("/board?reason=%3Cscript%3E&priority=x&column=y")).text

    assert waiting.count('<li class="card') == 1
    assert unknown.count('<li class="card') == everything == 12
    assert "<script>alert" not in unknown


async def test_a_filter_by_priority_tells_nothing_to_who_may_not_see_it(site: Site) -> None:
    await fill(site.notifications, 1)
    async with await site.client("finance") as somebody:
        assert (await somebody.get("/board?priority=immediate&area=EX1")).text.count('<li class="card') == 12


async def test_a_referrals_page_tells_its_story(site: Site) -> None:
    ids = await fill(site.notifications, 1)
    async with await site.client("coordinator") as somebody:
        text = (await somebody.get(f"/referrals/{ids[9]}")).text

    for words in (
        "Referral received through the web form",
        "Triage: suitable",
        "accepted the offer",
        "Consent given",
        "Subsidy kept: 12 sessions at £40",
    ):
        assert words in text


async def test_what_intake_was_told_is_not_shown_to_other_roles(site: Site) -> None:
    ids = await fill(site.notifications, 1)
    async with await site.client("finance") as somebody:
        text = (await somebody.get(f"/referrals/{ids[9]}")).text
        refused = await somebody.post(f"/referrals/{ids[9]}/reveal", data={"reason": "because I want to know"})

    assert "Triage" not in text.partition('id="content"')[2]
    assert "Who it is" not in text
    assert "Subsidy kept" in text
    assert refused.status_code == 403


async def test_a_referral_is_found_by_its_short_number(site: Site) -> None:
    (referral_id, *_) = await fill(site.notifications, 1)
    async with await site.client("triage") as somebody:
        found = await somebody.get(f"/referrals?id={str(referral_id)[-6:].lower()}")
        unknown = await somebody.get("/referrals?id=zzzzzz")
        missing = await somebody.get(f"/referrals/{uuid4()}")

    assert found.headers["location"] == f"/referrals/{referral_id}"
    assert (unknown.status_code, missing.status_code) == (404, 404)


def token_in(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page)
    assert found is not None
    return {"csrf_token": found[1]}


async def test_revealing_shows_for_a_minute_and_needs_a_reason(site: Site) -> None:
    (referral_id, *_) = await fill(site.notifications, 1)
    site.notifications.intake.answer = Identity(name="Jo Invented", channel="email", email="jo@example.org")
    async with await site.client("coordinator") as somebody:
        address = f"/referrals/{referral_id}"
        token = token_in((await somebody.get(address)).text)
        without = await somebody.post(f"{address}/reveal", data={**token, "reason": "x"})
        shown = await somebody.post(f"{address}/reveal", data={**token, "reason": "calling back as agreed"})
        afterwards = await somebody.get(address)

    assert without.status_code == 422
    assert "Jo Invented" in shown.text
    assert shown.headers["refresh"] == f"60; url=/referrals/{referral_id}"
    assert shown.headers["cache-control"] == "no-store"
    assert "Jo Invented" not in afterwards.text
    assert [type(one) for one in site.notifications.intake.questions] == [RevealIdentity]


async def test_a_form_that_is_not_ours_changes_nothing(site: Site) -> None:
    (referral_id, *_) = await fill(site.notifications, 1)
    async with await site.client("coordinator") as somebody:
        answer = await somebody.post(f"/referrals/{referral_id}/reveal", data={"reason": "calling back as agreed"})

    assert answer.status_code == 403
    assert site.notifications.intake.questions == []


async def test_the_log_is_paged_and_narrowed(site: Site) -> None:
    for _ in range(60):
        await site.notifications.hears(a_referral(), seal=a_profile(wants_acknowledgement=True))
    async with await site.client("admin") as somebody:
        first = (await somebody.get("/deliveries")).text
        older = re.search(r'href="(/deliveries\?before=[^"]+)">Older', first)
        assert older is not None
        second = (await somebody.get(older[1].replace("&amp;", "&"))).text
        none = (await somebody.get("/deliveries?state=given_up")).text
        nonsense = await somebody.get("/deliveries?state=x&before=y")

    rows = re.compile(r'href="/deliveries/([0-9a-f-]{36})"')
    assert len(set(rows.findall(first))) == 50
    assert len(set(rows.findall(second))) == 10
    assert not set(rows.findall(first)) & set(rows.findall(second))
    assert rows.findall(none) == []
    assert nonsense.status_code == 200


async def test_an_endpoint_is_added_with_a_secret_shown_once(site: Site) -> None:
    async with await site.client("finance") as somebody:
        token = token_in((await somebody.get("/deliveries/endpoints")).text)
        answers = {**token, "funder_id": str(uuid4()), "url": "http://localhost:9999/hook"}
        added = await somebody.post("/deliveries/endpoints", data=answers)
        again = await somebody.post("/deliveries/endpoints", data=answers)
        outside = await somebody.post("/deliveries/endpoints", data={**answers, "url": "https://example.org/"})
        later = await somebody.get("/deliveries/endpoints")

    secret = re.search(r"whsec_[A-Za-z0-9+/=]{44}", added.text)
    assert secret is not None
    assert secret[0] not in later.text
    assert (again.status_code, outside.status_code) == (422, 422)
    assert "nothing leaves the machine" in outside.text


async def test_a_dead_letter_is_dropped_only_for_a_reason(site: Site) -> None:
    poison = site.notifications.delivery(triaged(a_referral().referral_id))
    broken = type(poison)(b'{"outcome": 7}', poison.headers, poison.tag, poison.user)
    await site.notifications.kernel.inbox.process([broken])
    async with await site.client("admin") as somebody:
        page = (await somebody.get("/dead-letters")).text
        token = token_in(page)
        letter = re.search(r'action="/dead-letters/([0-9a-f-]{36})/drop"', page)
        assert letter is not None
        refused = await somebody.post(f"/dead-letters/{letter[1]}/drop", data={**token, "reason": "x"})
        replayed = await somebody.post(f"/dead-letters/{letter[1]}/replay", data=token)
        await site.notifications.passes(timedelta(seconds=1))
        dropped = await somebody.post(
            f"/dead-letters/{letter[1]}/drop", data={**token, "reason": "sent by a broken test"}
        )
        empty = (await somebody.get("/dead-letters")).text

    assert "outcome" not in page.partition('id="content"')[2]
    assert (refused.status_code, replayed.status_code, dropped.status_code) == (422, 303, 303)
    assert "Every event that arrived was handled" in empty


async def test_caught_mail_is_shown_only_in_demonstrations(database_for: Callable[[str], ServiceDatabase]) -> None:
    dsn = database_for("notifications").application_dsn
    urls = {name: f"https://{name}.example" for name in ("intake", "matching", "funding", "notifications")}
    with capture_logs():
        async with (
            notifications_on(dsn, demo=False, public_urls=urls) as real,
            site_of(real) as site,
            await site.client("admin") as somebody,
        ):
            assert (await somebody.get("/mail")).status_code == 404


async def test_a_profile_is_nowhere_in_clear(notifications: Notifications) -> None:
    await notifications.hears(a_referral(), seal=a_profile(client_group="harmed-child"))

    (card,) = await notifications.rows("SELECT card::text AS row FROM card")
    (fact,) = await notifications.rows("SELECT happening::text AS row FROM happening")
    assert "harmed" not in card["row"] + fact["row"]
    assert b"harmed".hex() not in card["row"]
