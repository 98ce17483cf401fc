"""Funders sign in by a link: once, for a quarter of an hour, where it was asked for, and only while they are known."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.funding.handlers.funder_contacts import remove_contact
from services.funding.handlers.funder_sign_in import sign_in
from shared.events.funding import FunderLetterRequested
from shared.web.cookies import FUNDER_ASKED_COOKIE, FUNDER_COOKIE, FUNDER_SEEN_COOKIE, STAFF_COOKIE, THERAPIST_COOKIE
from tests.component.funder_portal import EMAIL, a_contact, a_fund_of, asks, letters, path_of, signs_in
from tests.component.funding import Funding, funding_service
from tests.component.funding_pages import Visitor, pages_of, staff_of, visitor_of

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def test_a_known_and_an_unknown_address_get_the_same_answer_and_only_one_a_letter(funding: Funding) -> None:
    funder, _ = await a_fund_of(funding, "Example Trust")
    await a_contact(funding, funder)

    known = await asks(visitor_of(funding), " ADA@Example.org ")
    unknown = await asks(visitor_of(funding), "nobody@example.org")

    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    assert sorted(known.headers) == sorted(unknown.headers)
    (letter,) = await letters(funding)
    assert letter.email == EMAIL
    [told] = await funding.told(FunderLetterRequested)
    assert EMAIL not in told.model_dump_json()
    async with funding.kernel.reading() as db:
        kept = str(await db.fetch("SELECT * FROM funder_contact")).lower()
    assert "ada@" not in kept
    assert "example" not in kept


async def test_a_link_works_once_for_a_quarter_of_an_hour_and_only_where_it_was_asked_for(funding: Funding) -> None:
    funder, _ = await a_fund_of(funding, "Example Trust")
    contact = await a_contact(funding, funder)
    visitor = visitor_of(funding)
    await asks(visitor)
    path = path_of((await letters(funding))[-1])

    stolen = await visitor_of(funding).sends(path, "/funder/sign-in")
    assert (stolen.status_code, FUNDER_COOKIE in stolen.cookies) == (404, False)
    for method in ("GET", "HEAD", "GET"):
        assert (await visitor.reads(path, method)).status_code == 200
    same_browser = Visitor(pages_of(funding), dict(visitor.client.cookies))
    assert (await visitor.sends(path, path)).status_code == 303
    for replayed in (visitor, same_browser):
        again = await replayed.sends(path, "/funder/sign-in")
        assert (again.status_code, FUNDER_COOKIE in again.cookies) == (404, False)
    token, browser = path.rsplit("/", 1)[1], same_browser.client.cookies[FUNDER_ASKED_COOKIE]
    assert await funding.perform("x", lambda tx: sign_in(tx, contact, token, browser)) is None

    late = visitor_of(funding)
    await asks(late)
    path = path_of((await letters(funding))[-1])
    funding.clock.advance(timedelta(minutes=15))
    assert (await late.sends(path, "/funder/sign-in")).status_code == 404


async def test_who_is_removed_is_out_at_once_and_gets_no_link(funding: Funding) -> None:
    funder, fund = await a_fund_of(funding, "Example Trust")
    contact = await a_contact(funding, funder)
    visitor = await signs_in(funding)
    waiting = visitor_of(funding)
    await asks(waiting)
    unused = path_of((await letters(funding))[-1])
    assert (await visitor.reads(f"/funder/funds/{fund}")).status_code == 200

    await funding.perform(str(funder), lambda tx: remove_contact(tx, funder, contact), actor="staff:x")

    for path in ("/funder", f"/funder/funds/{fund}", f"/funder/reports/{uuid4()}.pdf"):
        answer = await visitor.reads(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/funder/sign-in"), path
    assert (await waiting.sends(unused, "/funder/sign-in")).status_code == 404
    sent = len(await letters(funding))
    await asks(visitor_of(funding))
    assert len(await letters(funding)) == sent


async def test_a_sign_in_ends_by_signing_out_when_unused_and_after_its_time(funding: Funding) -> None:
    funder, _ = await a_fund_of(funding, "Example Trust")
    await a_contact(funding, funder)
    visitor = await signs_in(funding)
    stolen = dict(visitor.client.cookies)
    left = await visitor.sends("/funder/sign-out", "/funder/sign-out")
    assert left.headers["clear-site-data"] == '"cache", "storage"'
    assert (await Visitor(pages_of(funding), stolen).reads("/funder")).status_code == 303

    idle = await signs_in(funding)
    funding.clock.advance(timedelta(hours=1, seconds=1))
    assert (await idle.reads("/funder")).status_code == 303

    busy = await signs_in(funding)
    for _ in range(13):
        assert (await busy.reads("/funder")).status_code == 200
        funding.clock.advance(timedelta(minutes=55))
    funding.clock.advance(timedelta(minutes=6))
    assert (await busy.reads("/funder")).status_code == 303


async def test_strangers_are_slowed_down_and_keep_nobody_out(funding: Funding) -> None:
    funder, _ = await a_fund_of(funding, "Example Trust")
    await a_contact(funding, funder)
    app = pages_of(funding)
    visitor = await signs_in(funding, Visitor(app))
    stranger = Visitor(app)
    for _ in range(12):
        assert (await asks(stranger)).status_code == 303
    sent = len(await letters(funding))
    assert sent < 8

    await asks(visitor)
    assert len(await letters(funding)) == sent + 1


async def test_no_other_cookie_opens_the_portal_and_its_own_opens_nothing_else(funding: Funding) -> None:
    funder, fund = await a_fund_of(funding, "Example Trust")
    await a_contact(funding, funder)
    visitor = await signs_in(funding)
    staff = await staff_of(funding, "finance", "coordinator", "admin")

    for path in (f"/funds/{fund}", "/reports", "/fees", "/fees/mine", f"/funder-contacts/{funder}"):
        assert (await visitor.reads(path)).status_code == 303, path
    assert (await staff.reads("/funder")).headers["location"] == "/funder/sign-in"
    own, seen = visitor.client.cookies[FUNDER_COOKIE], visitor.client.cookies[FUNDER_SEEN_COOKIE]
    for name in (STAFF_COOKIE, THERAPIST_COOKIE):
        assert (await Visitor(pages_of(funding), {name: own}).reads("/fees/mine")).status_code == 303
    forged = {FUNDER_COOKIE: staff.client.cookies[STAFF_COOKIE], FUNDER_SEEN_COOKIE: seen}
    assert (await Visitor(pages_of(funding), forged).reads("/funder")).status_code == 303


async def test_finance_notes_and_removes_people_and_every_slip_is_answered(funding: Funding) -> None:
    funder, _ = await a_fund_of(funding, "Example Trust")
    other, _ = await a_fund_of(funding, "Another Trust")
    finance = await staff_of(funding, "finance")
    page = f"/funder-contacts/{funder}"

    assert (await finance.sends(page, page, name="Ada", email="not an address")).status_code == 422
    assert (await finance.sends(page, page, name="", email=EMAIL)).status_code == 422
    assert (await finance.sends(page, page, name="Ada", email=EMAIL)).status_code == 303
    twice = await finance.sends(page, page, name="Ada", email=EMAIL.upper())
    assert (twice.status_code, "on the list already" in twice.text) == (409, True)
    assert (await finance.sends(f"/funder-contacts/{uuid4()}", page, name="Ada", email=EMAIL)).status_code == 404
    assert (await (await staff_of(funding, "coordinator")).reads(page)).status_code == 403

    remove = (await finance.reads(page)).text.partition(f'action="{page}/')[2].partition('"')[0]
    assert (await finance.sends(f"/funder-contacts/{other}/{remove}", page)).status_code == 404
    assert (await finance.sends(f"{page}/{remove}", page)).status_code == 303
    assert (await finance.sends(f"{page}/{remove}", page)).status_code == 404
    assert EMAIL not in (await finance.reads(page)).text
