"""A staff session ends when it should: signed out, replaced, revoked, unused or old."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import httpx
import pytest

from shared.events.notifications import StaffSessionClosed
from shared.web.cookies import STAFF_COOKIE, hash_of
from shared.web.staff import LONGEST_IDLE, LONGEST_SESSION
from tests.component.signing_in import PASSWORD, House, open_house, same_browser
from tests.databases import ServiceDatabase
from tests.web_sample import hidden_token

pytestmark = pytest.mark.servers


@pytest.fixture
async def house(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[House]:
    async with open_house(database_for) as both:
        yield both


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
