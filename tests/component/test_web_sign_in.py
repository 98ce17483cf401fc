"""Staff sign in once, every service hears of it, and nobody else gets past the guard."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Literal

import httpx
import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from structlog.testing import capture_logs

from shared.events.notifications import StaffSessionOpened
from shared.events.sealed import StaffProfile
from shared.kernel.errors import Conflict, Unprocessable
from shared.web import accounts, passwords, store
from shared.web.cookies import SEEN_COOKIE, STAFF_COOKIE, hash_of
from shared.web.staff import LONGEST_SESSION
from tests.component.signing_in import PASSWORD, House, open_house
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def house(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[House]:
    async with open_house(database_for) as both:
        yield both


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
    assert "Ada Example" not in event.model_dump_json()


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
    checked = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
            checked.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    await house.add()
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


async def test_a_weak_hash_is_replaced_at_the_next_sign_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
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
