"""Staff sign in once, every service hears of it, and nobody else gets past the guard."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from fastapi import APIRouter
from structlog.testing import capture_logs

from shared.events.codes import StaffRole
from shared.events.notifications import StaffSessionClosed, StaffSessionOpened
from shared.events.sealed import StaffProfile
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import ServiceName, StaffId
from shared.messaging.subscriptions import Subscriptions, subscribes
from shared.web import accounts, forget_session, passwords, remember_session, store
from shared.web.cookies import SEEN_COOKIE, STAFF_COOKIE, hash_of
from shared.web.sign_in import router as sign_in_router
from shared.web.sign_out import router as sign_out_router
from shared.web.staff import LONGEST_IDLE, LONGEST_SESSION
from tests.component.harness import Component
from tests.databases import ServiceDatabase
from tests.web_sample import browser, hidden_token, sample_web, with_kernel

pytestmark = pytest.mark.servers

PASSWORD = "correct horse battery"
HEARD = Subscriptions(
    {
        event.type: subscribes(event)(handle).__dict__["_subscriptions"][0]
        for event, handle in ((StaffSessionOpened, remember_session), (StaffSessionClosed, forget_session))
    }
)


@dataclass
class House:
    """Notifications, where people sign in, and funding, which hears of it."""

    notifications: Component
    funding: Component
    front: httpx.AsyncClient
    back: httpx.AsyncClient

    async def add(self, name: str = "ada", *roles: StaffRole, password: str = PASSWORD) -> StaffId:
        async with self.notifications.kernel.reading() as db:
            account_id = await accounts.add_account(
                db, name=name, display_name=f"{name.title()} Example", roles=roles or ("finance",),
                password=password, now=self.notifications.clock.now(),
            )  # fmt: skip
        return StaffId(account_id)

    async def sign_in(self, name: str = "ada", password: str = PASSWORD, **fields: str) -> httpx.Response:
        token = hidden_token((await self.front.get("/sign-in")).text)
        return await self.front.post(
            "/sign-in", data={"name": name, "password": password, "csrf_token": token, **fields}
        )

    async def news(self) -> None:
        """Carry every session event to funding, as the broker would, and the cookies to its pages."""
        told: list[Any] = [
            *await self.notifications.told(StaffSessionOpened),
            *await self.notifications.told(StaffSessionClosed),
        ]
        for event in sorted(told, key=lambda event: event.origin.sequence):
            delivery = self.funding.delivery(event, event_id=event.origin.event_id)
            await self.funding.kernel.inbox.process([delivery])
        self.carry_cookies()

    def carry_cookies(self) -> None:
        self.back.cookies = same_browser(self.front.cookies, "funding.example")

    async def post(self, address: str, token_from: str, **fields: str) -> httpx.Response:
        token = hidden_token((await self.front.get(token_from)).text)
        return await self.front.post(address, data={"csrf_token": token, **fields})


def same_browser(cookies: httpx.Cookies, host: str) -> httpx.Cookies:
    """The same cookies for another host, as ports of one host share them."""
    shared = httpx.Cookies()
    for cookie in cookies.jar:
        shared.set(cookie.name, cookie.value or "", domain=host)
    return shared


@pytest.fixture
async def house(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        parts = []
        services: tuple[tuple[ServiceName, tuple[APIRouter, ...]], ...] = (
            ("notifications", (sign_in_router, sign_out_router)), ("funding", ()),
        )  # fmt: skip
        for service, routers in services:
            component = await Component.start(service, database_for(service).application_dsn, HEARD)
            stack.push_async_callback(component.stop)
            app = with_kernel(sample_web(service, routers=routers), component.kernel)
            parts.append((component, await stack.enter_async_context(browser(app, f"https://{service}.example"))))
        stack.enter_context(capture_logs())
        yield House(parts[0][0], parts[1][0], parts[0][1], parts[1][1])


async def test_signing_in_opens_a_session_and_tells_the_others(house: House) -> None:
    staff_id = await house.add("ada", "finance", "admin")
    response = await house.sign_in("  ADA ")
    assert (response.status_code, response.headers["location"]) == (303, "/board")
    (event,) = await house.notifications.told(StaffSessionOpened)
    assert event.staff_id == staff_id
    assert event.session_hash == hash_of(house.front.cookies[STAFF_COOKIE])
    assert event.expires_at == house.notifications.clock.now() + LONGEST_SESSION
    assert set(event.sealed) == {"intake", "matching", "funding"}
    assert house.notifications.opened(event, "funding", StaffProfile).roles == ("admin", "finance")
    assert "Ada" not in event.model_dump_json()


async def test_the_cookies_are_host_bound_and_the_token_is_not_stored(house: House) -> None:
    await house.add()
    response = await house.sign_in()
    cookies = response.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {STAFF_COOKIE, SEEN_COOKIE}
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    async with house.notifications.kernel.reading() as db:
        stored = str(await db.fetch("SELECT t::text FROM staff_session t UNION ALL SELECT t::text FROM account t"))
    assert house.front.cookies[STAFF_COOKIE] not in stored
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


async def test_another_service_opens_its_pages_once_it_has_heard(house: House) -> None:
    await house.add()
    await house.sign_in()
    house.carry_cookies()
    assert (await house.back.get("/staff")).status_code == 303
    await house.news()
    page = await house.back.get("/staff")
    assert page.status_code == 200
    assert "Ada Example" in page.text
    assert (await house.back.get("/finance")).status_code == 200


async def test_hearing_of_a_session_twice_changes_nothing(house: House) -> None:
    await house.add()
    await house.sign_in()
    await house.news()
    await house.news()
    assert (await house.back.get("/staff")).status_code == 200


async def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(house: House) -> None:
    response = await house.back.get("/staff?state=new")
    assert response.status_code == 303
    assert response.headers["location"] == (
        "https://notifications.example/sign-in?return=https%3A%2F%2Ffunding.example%2Fstaff%3Fstate%3Dnew"
    )
    await house.add()
    form = await house.front.get(response.headers["location"])
    assert 'name="return" value="https://funding.example/staff?state=new"' in form.text
    signed_in = await house.sign_in(**{"return": "https://funding.example/staff?state=new"})
    assert signed_in.headers["location"] == "https://funding.example/staff?state=new"


async def test_a_background_request_is_told_where_to_sign_in_instead_of_being_redirected(house: House) -> None:
    for headers in ({"HX-Request": "true"}, {"Accept": "text/event-stream"}):
        response = await house.back.get("/staff", headers=headers)
        assert response.status_code == 401
        assert response.headers["hx-redirect"].startswith("https://notifications.example/sign-in")


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_signing_in_never_sends_anybody_elsewhere(house: House, address: str) -> None:
    await house.add()
    form = await house.front.get("/sign-in", params={"return": address})
    assert "evil" not in form.text
    assert "alert(1)" not in form.text
    assert (await house.sign_in(**{"return": address})).headers["location"] == "/board"


async def test_the_wait_for_the_news_is_a_page_and_has_an_end(house: House) -> None:
    await house.add()
    await house.sign_in()
    back_to = {"return": "https://funding.example/staff"}
    waiting = await house.front.get("/sign-in", params=back_to)
    assert waiting.status_code == 200
    assert '<meta http-equiv="refresh" content="1; url=https://funding.example/staff">' in waiting.text
    await house.notifications.passes(timedelta(seconds=21))
    given_up = await house.front.get("/sign-in", params=back_to)
    assert "refresh" not in given_up.text
    assert "Try again" in given_up.text
    assert (await house.front.get("/sign-in")).headers["location"] == "/board"


async def test_the_wrong_role_sees_a_page_that_says_so(house: House) -> None:
    await house.add("bob", "triage")
    await house.sign_in("bob")
    await house.news()
    response = await house.back.get("/finance", headers={"Accept": "text/html"})
    assert response.status_code == 403
    assert "You cannot open this page" in response.text
    assert "Sign out" in response.text


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong horse battery"), ("nobody", PASSWORD), ("ada'--", PASSWORD)]
)
async def test_a_wrong_password_and_an_unknown_name_look_the_same(house: House, name: str, password: str) -> None:
    await house.add()
    response = await house.sign_in(name, password)
    assert response.status_code == 422
    assert "That name and password do not belong together." in response.text
    assert "set-cookie" not in response.headers
    assert password not in response.text
    assert await house.notifications.told(StaffSessionOpened) == []


async def test_an_unknown_name_costs_a_password_check_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.add()
    checked = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            checked.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    await house.sign_in("ada", "wrong horse battery")
    await house.sign_in("nobody")
    assert len(checked) == 2
    assert all(str(kept).startswith("$argon2id$v=19$m=65536,t=3,") for kept in checked)


async def test_a_disabled_account_cannot_sign_in_and_its_sessions_end_everywhere(house: House) -> None:
    staff_id = await house.add()
    await house.sign_in()
    await house.news()
    await house.notifications.perform(str(staff_id), lambda tx: accounts.disable_account(tx, staff_id))
    await house.news()
    assert (await house.front.get("/staff")).status_code == 303
    assert (await house.back.get("/staff")).status_code == 303
    assert (await house.sign_in()).status_code == 422
    await house.notifications.perform(str(staff_id), lambda tx: accounts.enable_account(tx, staff_id))
    assert (await house.sign_in()).status_code == 303


async def test_another_password_ends_the_sessions_of_the_old_one(house: House) -> None:
    staff_id = await house.add()
    await house.sign_in()
    await house.notifications.perform(
        str(staff_id), lambda tx: accounts.change_password(tx, staff_id, "another horse battery")
    )
    assert (await house.front.get("/staff")).status_code == 303
    assert (await house.sign_in()).status_code == 422
    assert (await house.sign_in(password="another horse battery")).status_code == 303


async def test_only_staff_come_in_by_this_door(house: House) -> None:
    async with house.notifications.kernel.reading() as db:
        await accounts.add_account(
            db, name="tess", display_name="Tess", roles=(), password=PASSWORD, kind="therapist",
            now=house.notifications.clock.now(),
        )  # fmt: skip
    assert (await house.sign_in("tess")).status_code == 422


async def test_signing_out_ends_the_session_everywhere(house: House) -> None:
    await house.add()
    await house.sign_in()
    old_cookies = dict(house.front.cookies)
    response = await house.post("/sign-out", "/sign-out")
    assert response.status_code == 303
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert STAFF_COOKIE not in house.front.cookies
    await house.news()
    house.front.cookies = house.back.cookies = httpx.Cookies(old_cookies)
    assert (await house.front.get("/staff")).status_code == 303
    assert (await house.back.get("/staff")).status_code == 303
    assert len(await house.notifications.told(StaffSessionClosed)) == 1


async def test_a_link_to_sign_out_signs_nobody_out(house: House) -> None:
    await house.add()
    await house.sign_in()
    assert (await house.front.get("/sign-out")).status_code == 200
    assert (await house.front.get("/staff")).status_code == 200


async def test_signing_in_again_gives_a_new_token_and_ends_the_old_session(house: House) -> None:
    await house.add()
    await house.sign_in()
    first = dict(house.front.cookies)
    token = hidden_token((await house.front.get("/sign-out")).text)
    await house.front.post("/sign-in", data={"name": "ada", "password": PASSWORD, "csrf_token": token})
    assert house.front.cookies[STAFF_COOKIE] != first[STAFF_COOKIE]
    house.front.cookies = httpx.Cookies(first)
    assert (await house.front.get("/staff")).status_code == 303


async def test_ones_sessions_are_listed_and_can_be_ended(house: House) -> None:
    await house.add()
    await house.sign_in()
    elsewhere = dict(house.front.cookies)
    house.front.cookies = httpx.Cookies()
    await house.sign_in()
    listed = await house.front.get("/sign-in/sessions")
    assert listed.text.count('name="session"') == 2
    assert listed.text.count("this one") == 1
    ended = await house.post("/sign-in/sessions/end", "/sign-in/sessions", session=hash_of(elsewhere[STAFF_COOKIE]))
    assert (ended.status_code, ended.headers["location"]) == (303, "/sign-in/sessions")
    assert (await house.front.get("/staff")).status_code == 200
    house.front.cookies = httpx.Cookies(elsewhere)
    assert (await house.front.get("/staff")).status_code == 303


async def test_all_other_sessions_can_be_ended_at_once(house: House) -> None:
    await house.add()
    for _ in range(3):
        house.front.cookies = httpx.Cookies()
        await house.sign_in()
    await house.post("/sign-in/sessions/end-others", "/sign-in/sessions")
    assert len(await house.notifications.told(StaffSessionClosed)) == 2
    assert (await house.front.get("/staff")).status_code == 200


async def test_nobody_can_end_the_session_of_somebody_else(house: House) -> None:
    await house.add("ada")
    await house.add("bob")
    await house.sign_in("ada")
    adas = dict(house.front.cookies)
    house.front.cookies = httpx.Cookies()
    await house.sign_in("bob")
    response = await house.post("/sign-in/sessions/end", "/sign-in/sessions", session=hash_of(adas[STAFF_COOKIE]))
    assert response.status_code == 404
    house.front.cookies = httpx.Cookies(adas)
    assert (await house.front.get("/staff")).status_code == 200


async def test_a_session_ends_by_itself_after_its_longest_time_even_in_use(house: House) -> None:
    await house.add()
    await house.sign_in()
    for _ in range(int(LONGEST_SESSION / timedelta(minutes=30)) - 1):
        await house.notifications.passes(timedelta(minutes=30))
        assert (await house.front.get("/staff")).status_code == 200
    await house.notifications.passes(timedelta(minutes=30))
    assert (await house.front.get("/staff")).status_code == 303


async def test_an_unused_session_is_over(house: House) -> None:
    await house.add()
    await house.sign_in()
    await house.notifications.passes(LONGEST_IDLE + timedelta(minutes=1))
    assert (await house.front.get("/staff")).status_code == 303


async def test_use_of_one_service_keeps_the_session_alive_in_the_others(house: House) -> None:
    await house.add()
    await house.sign_in()
    await house.news()
    for _ in range(4):
        await house.funding.passes(timedelta(minutes=50))
        await house.notifications.passes(timedelta(minutes=50))
        assert (await house.back.get("/staff")).status_code == 200
    house.front.cookies = same_browser(house.back.cookies, "notifications.example")
    assert (await house.front.get("/staff")).status_code == 200


async def test_a_stolen_session_cookie_without_the_mark_of_use_is_worth_nothing(house: House) -> None:
    await house.add()
    await house.sign_in()
    house.front.cookies = httpx.Cookies({STAFF_COOKIE: house.front.cookies[STAFF_COOKIE]})
    assert (await house.front.get("/staff")).status_code == 303


async def test_too_many_tries_are_refused_alike_for_known_and_unknown_names(house: House) -> None:
    await house.add()
    for name in ("ada", "nobody"):
        statuses = [(await house.sign_in(name, "wrong horse battery")).status_code for _ in range(9)]
        assert statuses == [422] * 8 + [429]
    assert (await house.sign_in("ada")).status_code == 429


async def test_a_good_sign_in_forgives_earlier_slips(house: House) -> None:
    await house.add()
    for _ in range(2):
        for _ in range(7):
            house.front.cookies = httpx.Cookies()
            assert (await house.sign_in("ada", "wrong horse battery")).status_code == 422
        assert (await house.sign_in("ada")).status_code == 303


async def test_a_weak_hash_is_replaced_at_the_next_sign_in(house: House) -> None:
    staff_id = await house.add()
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1, type=Type.ID).hash(PASSWORD)
    async with house.notifications.kernel.reading() as db:
        await store.replace_password(db, staff_id, weak)
    assert (await house.sign_in()).status_code == 303
    async with house.notifications.kernel.reading() as db:
        account = await store.account_named(db, "ada")
    assert account is not None
    assert account.password_hash != weak
    assert not PasswordHasher().check_needs_rehash(account.password_hash)
    house.front.cookies = httpx.Cookies()
    assert (await house.sign_in()).status_code == 303


async def test_an_account_needs_a_free_name_known_roles_and_a_long_password(house: House) -> None:
    await house.add("ada")
    with pytest.raises(Conflict):
        await house.add("ADA")
    with pytest.raises(Unprocessable):
        await house.add("eve", password="short")
    with pytest.raises(Unprocessable):
        await house.add("eve", "root")  # type: ignore[arg-type]


async def test_nothing_typed_at_sign_in_reaches_the_log(house: House) -> None:
    await house.add()
    with capture_logs() as lines:
        await house.sign_in("zebra-marker", "zebra-marker-password")
    assert "zebra" not in str(lines)
    assert "sign-in.refused" in str(lines)
