"""The staff pages without a browser: who sees what, the stream with its resume, and what is done by hand."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from services.notifications.store.changes import Changes, Position
from services.notifications.web import feed as feeds
from services.notifications.web import stream
from shared.events.asks import Identity, RevealIdentity
from shared.events.codes import StaffRole
from shared.events.intake import SafeguardingConcernRaised
from shared.kernel.errors import Retry
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


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    name: str
    id: str
    content: dict[str, Any]


class Board:
    """An open board, as a program reads it."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, *names: str) -> Told:
        """The next event, or the next of these names."""
        while True:
            parts: dict[str, str] = {}
            async for line in self._lines:
                if not line:
                    break
                name, _, value = line.partition(": ")
                parts[name] = value
            else:
                raise EOFError
            told = Told(parts.get("event", ""), parts.get("id", ""), json.loads(parts.get("data", "{}")))
            if not names or told.name in names:
                return told


@asynccontextmanager
async def opened(client: httpx.AsyncClient, query: str = "", **headers: str) -> AsyncIterator[Board]:
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    async with client.stream("GET", f"/board/stream{query}", headers=sent) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Board(response)


async def since(client: httpx.AsyncClient) -> str:
    found = re.search(r'data-since="([0-9]+)"', (await client.get("/board")).text)
    assert found is not None
    return found[1]


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
        for hidden in ("Survivor", "EX1", ">Safeguarding</li>", ">Immediate</li>", "65+", "Turned down"):
            assert hidden not in seen[role], (role, hidden)
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


async def test_an_open_board_is_told_what_changes(site: Site) -> None:
    async with (
        await site.client("coordinator") as somebody,
        opened(somebody, f"?since={await since(somebody)}") as board,
    ):
        assert (await board.next()).name == "tick"
        referral = a_referral()
        await site.notifications.hears(referral, seal=a_profile())
        card = await board.next("card")
        tick = await board.next("tick")

    assert (card.content["id"], card.content["column"]) == (str(referral.referral_id), "new")
    assert "Worried about thoughts" in card.content["html"]
    assert tick.content["numbers"] == {"new": 1}
    assert tick.id


async def test_a_broken_board_resumes_where_it_was(site: Site) -> None:
    first, second = a_referral(), a_referral()
    async with await site.client("coordinator") as somebody:
        async with opened(somebody, f"?since={await since(somebody)}") as board:
            await site.notifications.hears(first, seal=a_profile())
            assert (await board.next("card")).content["id"] == str(first.referral_id)
            place = (await board.next("tick")).id
        await site.notifications.hears(second, seal=a_profile())
        async with opened(somebody, "?since=1", **{"Last-Event-ID": place}) as board:
            card = await board.next("card", "reset")

    assert (card.name, card.content["id"]) == ("card", str(second.referral_id))


@pytest.mark.parametrize("place", ["", "nonsense", "0", "99999999999", "-1", "1١"])
async def test_a_board_that_was_away_too_long_is_told_to_read_anew(site: Site, place: str) -> None:
    async with await site.client("coordinator") as somebody:
        current = await since(somebody)
        async with opened(somebody, "", **{"Last-Event-ID": place}) as board:
            told = await board.next()

    assert (told.name, told.id) == ("reset", current)


async def test_a_card_that_leaves_the_filter_is_taken_away(site: Site) -> None:
    referral = a_referral()
    await site.notifications.hears(referral, seal=a_profile())
    async with await site.client("coordinator") as somebody:
        start = await since(somebody)
        async with opened(somebody, f"?priority=routine&since={start}") as board:
            await board.next("tick")
            await site.notifications.hears(triaged(referral.referral_id, priority="urgent"))
            card = await board.next("card")

    assert card.content == {"id": str(referral.referral_id), "column": None}


async def test_a_stream_ends_when_the_session_does_and_tells_nothing_more(site: Site) -> None:
    async with (
        await site.client("coordinator") as somebody,
        opened(somebody, f"?since={await since(somebody)}") as board,
    ):
        await board.next("tick")
        await site.sign_out_everybody()
        await site.notifications.hears(a_referral(), seal=a_profile())
        last = await board.next()
        with pytest.raises(EOFError):
            await board.next()

    assert (last.name, last.content) == ("signed-out", {})


async def test_what_a_stream_shows_follows_the_role_at_that_moment(site: Site) -> None:
    async with (
        await site.client("coordinator") as somebody,
        opened(somebody, f"?since={await since(somebody)}") as board,
    ):
        await board.next("tick")
        async with site.notifications.kernel.database.transaction() as db:
            await db.execute("UPDATE staff_session SET roles = ARRAY['finance']")
        await site.notifications.hears(a_referral(), seal=a_profile())
        card = await board.next("card")

    assert "Worried about thoughts" not in card.content["html"]


async def test_a_quiet_stream_is_pinged(site: Site) -> None:
    async with (
        await site.client("coordinator") as somebody,
        opened(somebody, f"?since={await since(somebody)}") as board,
    ):
        await board.next("tick")
        tick = await board.next()

    assert (tick.name, tick.id) == ("tick", "")
    assert re.fullmatch(r"\d\d:\d\d:\d\d", tick.content["time"])


async def test_a_long_stream_ends_so_that_watching_counts_as_using(site: Site) -> None:
    async with (
        await site.client("coordinator") as somebody,
        opened(somebody, f"?since={await since(somebody)}") as board,
    ):
        await board.next("tick")
        site.notifications.clock.advance(stream.LONGEST + timedelta(seconds=1))
        with pytest.raises(EOFError):
            await board.next("never")


async def test_time_alone_reaches_an_open_board(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LONGEST", timedelta(days=1))
    await site.notifications.hears(a_referral(), seal=a_profile())
    async with (
        await site.client("coordinator") as somebody,
        opened(somebody, f"?since={await since(somebody)}") as board,
    ):
        await board.next("tick")
        await site.notifications.lets_pass(timedelta(minutes=61))
        card = await board.next("card")

    assert ">1 h</time>" in card.content["html"]


def test_a_board_that_does_not_keep_up_is_reset() -> None:
    follower = feeds.Follower()
    for nth in range(feeds.A_QUEUE + 1):
        follower.give(Changes((uuid4(),), Position(nth)))

    assert follower.queue.get_nowait() == feeds.Reset(Position(feeds.A_QUEUE))
    assert follower.queue.empty()


async def test_the_reader_rests_when_no_board_is_open(notifications: Notifications) -> None:
    feed = feeds.Feed(notifications.kernel)
    one, other = await feed.join(), await feed.join()
    await feed.leave(one)
    assert feed.task is not None

    await feed.leave(other)

    assert feed.task is None


async def test_too_many_boards_are_refused_kindly(
    notifications: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_BOARDS", 1)
    feed = feeds.Feed(notifications.kernel)
    follower = await feed.join()

    with pytest.raises(Retry):
        await feed.join()
    await feed.leave(follower)


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
