"""The stream of an open board: told, resumed, reset, pinged, and ended with the session."""

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
from shared.events.codes import StaffRole
from shared.kernel.errors import Retry
from tests.component.notifications import Notifications, a_profile, a_referral, notifications_on, triaged
from tests.component.notifications_pages import Site, site_of
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
        last = await board.next("card", "reset", "signed-out")
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
        while ">1 h</time>" not in (await board.next("card")).content["html"]:
            pass


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


async def test_a_stream_whose_reader_failed_ends_and_the_next_one_starts_it_again(site: Site) -> None:
    async with await site.client("coordinator") as somebody:
        async with opened(somebody, f"?since={await since(somebody)}") as board:
            await board.next("tick")
            feed = site.server.config.app.state.feed  # type: ignore[union-attr]
            feed.task.cancel()
            with pytest.raises(EOFError):
                await board.next("never")
        referral = a_referral()
        async with opened(somebody, f"?since={await since(somebody)}") as board:
            await site.notifications.hears(referral, seal=a_profile())
            card = await board.next("card")

    assert card.content["id"] == str(referral.referral_id)
