"""What a funder finds in the portal: their own published reports, and nobody to be recognised in any of it."""

import re
from collections import deque
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from services.funding.domain.releases import Period
from services.funding.handlers.grants import add_grant
from services.funding.handlers.money import Gift, receive_money
from services.funding.handlers.reporting import plan_report
from shared.kernel.ids import GrantId
from shared.kernel.money import Pence
from tests.component.funder_portal import EMAIL, a_contact, a_fund_of, funder_of, letters, path_of, signs_in
from tests.component.funding import Funding, funding_service
from tests.component.funding_pages import Visitor
from tests.component.test_funding_grants import a_grant, does, instalment
from tests.component.test_funding_reports import MARCH, helped, published

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers

APRIL = Period(date(2026, 4, 1), date(2026, 5, 1))
MARCH_TO_APRIL = Period(MARCH.start, APRIL.end)
FIGURES = re.compile(r'(?:chart__value[^>]*|<td class="number"|</dt><dd[^>]*)>([^<]+)<')
"""What stands in a chart, a table, or as a number on top."""
SHORT_ID = re.compile(r"(?<![\w#])[0-9a-f]{6}(?!\w)")
"""The end of an id as people read it, which any longer row of random digits may hold too."""


async def crawled(visitor: Visitor) -> dict[str, str]:
    """Everything that can be reached from the first page by links of the portal, as text."""
    found: dict[str, str] = {}
    to_read = deque(["/funder"])
    while to_read:
        path = to_read.popleft()
        if path in found:
            continue
        answer = await visitor.reads(path)
        assert answer.status_code == 200, path
        found[path] = answer.content.decode("utf-8", "replace")
        if path.endswith((".pdf", ".csv", ".json", ".html")):
            continue
        to_read.extend(one for one in re.findall(r'href="(/funder[^"#?]*)"', found[path]))
    return found


async def test_a_funder_walks_through_everything_and_finds_only_their_own_and_nobody_recognisable(
    funding: Funding,
) -> None:
    funder, fund = await a_fund_of(funding, "Mendip Trust")
    await a_contact(funding, funder)
    first = await helped(funding, 13, source="gp")
    few = await helped(funding, 3, age_band="18-25", source="police", outward_code="LS1")
    await funding.passes(timedelta(days=31))
    await published(funding, fund)
    later = await helped(funding, 11)
    other, secret = await a_fund_of(funding, "Zebedee Foundation")
    await funding.passes(timedelta(days=31))
    report = await published(funding, fund, APRIL)
    hidden = await published(funding, secret, APRIL)
    await funding.perform(str(fund), lambda tx: plan_report(tx, fund, MARCH_TO_APRIL, date(2026, 6, 1)))

    visitor = await signs_in(funding)
    read = await crawled(visitor)

    kinds = {path.rpartition(".")[2] for path in read if "." in path}
    assert (kinds, len([path for path in read if path.startswith("/funder/reports/")])) == (
        {"pdf", "csv", "json", "html"},
        10,
    )
    everything = "".join(read.values()).casefold()
    clients = [*first, *few, *later]
    short = set(SHORT_ID.findall(everything))
    for client in clients:
        ids = (client.referral_id, client.match_id, client.therapist_id)
        assert not any(str(one) in everything or one.hex[-6:] in short for one in ids)
    for theirs in ("Zebedee", str(other), str(secret), str(hidden.report_id), hidden.sha256):
        assert theirs.casefold() not in everything
    figures = [one for path, text in read.items() for one in FIGURES.findall(text)]
    counts = {one for one in figures if re.fullmatch(r"[\d,]+|hidden", one)}
    assert {"15", "10", "hidden"} <= counts
    assert counts - {"hidden", "0"} <= {str(5 * nth) for nth in range(1, 20)}
    shown = read[f"/funder/reports/{report.report_id}"]
    assert report.sha256 in shown
    assert "−5 since the period before" in shown
    assert sha256(read[f"/funder/reports/{report.report_id}.json"].encode()).hexdigest() == report.sha256


async def test_what_belongs_to_another_funder_is_as_unknown_as_what_does_not_exist(funding: Funding) -> None:
    funder, fund = await a_fund_of(funding, "Mendip Trust")
    await a_contact(funding, funder)
    _, theirs = await a_fund_of(funding, "Zebedee Foundation")
    await funding.passes(timedelta(days=31))
    report = await published(funding, theirs)
    visitor = await signs_in(funding)

    assert (await visitor.reads(f"/funder/funds/{fund}")).status_code == 200
    pages = [("funds", theirs, ""), *(("reports", report.report_id, kind) for kind in ("", ".pdf", ".csv", ".json"))]
    for page, known, kind in pages:
        answer = await _said(visitor, f"/funder/{page}/{known}{kind}")
        assert answer[0] == 404
        assert answer == await _said(visitor, f"/funder/{page}/{uuid4()}{kind}")


async def test_between_two_reports_the_portal_does_not_move(funding: Funding) -> None:
    funder, fund = await a_fund_of(funding, "Mendip Trust")
    await a_contact(funding, funder)
    await helped(funding, 9)
    await funding.passes(timedelta(days=31))
    await published(funding, fund)
    visitor = await signs_in(funding)
    before = [(await visitor.reads(path)).text for path in ("/funder", f"/funder/funds/{fund}")]

    await helped(funding, 9)

    assert [(await visitor.reads(path)).text for path in ("/funder", f"/funder/funds/{fund}")] == before
    await funding.receives(fund, 12_345)
    assert "£123.45" in (await visitor.reads(f"/funder/funds/{fund}")).text


async def test_people_at_a_funder_are_written_to_when_there_is_something_to_read(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    funder = await funder_of(funding, fund)
    for email in (EMAIL, "bob@example.org"):
        await a_contact(funding, funder, email)
    other, _ = await a_fund_of(funding, "Zebedee Foundation", 1)
    await a_contact(funding, other, "zoe@example.org")
    await helped(funding, 10)
    assert {one.email for one in await letters(funding, "funder-milestone")} == {EMAIL, "bob@example.org"}

    await funding.passes(timedelta(days=31))
    report = await published(funding, fund)
    await published(funding, fund)

    wanted = await letters(funding, "funder-report")
    assert sorted(one.email for one in wanted) == [EMAIL, "bob@example.org"]
    visitor = await signs_in(funding)
    assert path_of(wanted[0]) == f"/funder/reports/{report.report_id}"
    assert (await visitor.reads(path_of(wanted[0]))).status_code == 200


async def test_two_funders_of_one_fund_see_each_their_own_grant_and_dates(funding: Funding) -> None:
    funder, fund = await a_fund_of(funding, "Mendip Trust", 77_700)
    other, _ = await a_fund_of(funding, "Zebedee Foundation", 1)
    await a_contact(funding, funder)
    await a_contact(funding, other, "zoe@example.org")
    mine = await a_grant(funding, fund, reference="Mendip 1", last_day=date(2026, 3, 31))
    given = replace(mine, grant_id=GrantId(uuid4()), funder_id=other, reference="Zebedee 1", amount=Pence(54_300))
    await does(funding, lambda tx: add_grant(tx, given))
    part = await instalment(funding, given, date(2026, 3, 2), 54_300)
    gift = Gift(fund, Pence(54_300), "Bank 1", date(2026, 3, 2), part)
    await does(funding, lambda tx: receive_money(tx, gift))

    own = await signs_in(funding)
    shown = (await own.reads(f"/funder/funds/{fund}")).text
    assert all(
        words in shown for words in ("£777", "Mendip 1", "The last day of grant Mendip 1", "expires on 31 March")
    )
    assert not any(words in shown for words in ("£543", "Zebedee"))
    theirs = await signs_in(funding, email="zoe@example.org")
    assert "Zebedee 1" in (await theirs.reads("/funder")).text
    assert (await theirs.reads(f"/funder/funds/{fund}")).status_code == 404
    told = {(one.email, path_of(one)) for one in await letters(funding, "funder-milestone")}
    assert told == {(EMAIL, f"/funder/funds/{fund}"), ("zoe@example.org", "/funder")}


async def _said(visitor: Visitor, path: str) -> tuple[int, str]:
    answer = await visitor.reads(path)
    return answer.status_code, re.sub(r'value="[0-9a-f]{64}"', "", answer.text)
