"""What finance can do about funds, grants and transfers; coordinators read, and bad input is answered clearly."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
import pytest

from services.funding.domain.funds import Restrictions
from shared.kernel.ids import FundId
from tests.component.funding import Funding, funding_service
from tests.component.funding_pages import Visitor, staff_of

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers
FUND = {"name": "Winter fund", "funder": "Example Trust", "kind": "restricted", "regions": "wales"}
GRANT = {
    "reference": "WIN-26", "amount": "1,000", "agreed_on": "2026-03-01", "from_day": "2026-03-01",
    "last_day": "2026-12-31", "target_kind": "sessions", "target": "40",
}  # fmt: skip

NO_FUNDS: list[tuple[dict[str, str], str]] = [
    ({"name": ""}, "Enter the name of the fund"),
    ({"kind": ""}, "Choose what kind of money it is."),
    ({"kind": "unrestricted"}, "An unrestricted fund can have no restrictions."),
    ({"regions": "atlantis"}, "Choose one of the answers shown."),
    ({"available_from": "2026-05-02", "until": "2026-05-01"}, "The last day must not be before the first day."),
    ({"cap_per_client": "-5"}, "Enter an amount above nothing."),
    ({"cap_per_client": "5.005"}, "Enter whole pence"),
    ({"share_of_fee": "101"}, "Enter a whole number from 1 to 100"),
]
NO_GRANTS: list[tuple[dict[str, str], int, str]] = [
    ({}, 409, "A grant of this funder has this reference already."),
    ({"reference": "B", "amount": "-1"}, 422, "Enter an amount above nothing."),
    ({"reference": "B", "amount": "0.001"}, 422, "Enter whole pence"),
    ({"reference": "B", "last_day": "2026-02-28"}, 422, "The last day must not be before the first day."),
    ({"reference": "B", "target_kind": "people", "target": "3"}, 422, "Enter at least 8 people"),
    ({"reference": ""}, 422, "Enter the funder&#39;s reference"),
    ({"reference": "B", "fund": ""}, 422, "Choose the fund"),
]


async def sends(who: Visitor, path: str, answers: Mapping[str, str], page: str = "") -> httpx.Response:
    return await who.sends(path, page or path, **answers)


async def a_grant(finance: Visitor, fund: FundId, **changes: str) -> str:
    """The address of a new grant."""
    answer = await sends(finance, "/grants/new", {**GRANT, "fund": str(fund), **changes})
    return urlsplit(answer.headers["location"]).path


@pytest.mark.parametrize("role", ["finance", "admin"])
async def test_a_fund_is_opened_changed_and_closed_with_reasons(funding: Funding, role: str) -> None:
    who = await staff_of(funding, "finance" if role == "finance" else "admin")

    fund = urlsplit((await sends(who, "/funds/new", FUND)).headers["location"]).path
    changed = await sends(who, f"{fund}/change", {"name": "Winter", "regions": "wales", "reason": "Shorter"})
    closed = await sends(who, f"{fund}/close", {"reason": "It is spring"})

    assert (changed.status_code, closed.status_code) == (303, 303)
    shown = (await who.reads(fund)).text
    for words in ("In Wales", "Shorter", "It is spring", "Nothing remains in it."):
        assert words in shown
    assert (await sends(who, "/funds/new", FUND)).status_code == 303


async def test_a_fund_that_cannot_be_is_not_opened(funding: Funding) -> None:
    finance = await staff_of(funding, "finance")

    for changes, sentence in NO_FUNDS:
        answer = await sends(finance, "/funds/new", {**FUND, **changes})
        assert answer.status_code == 422, changes
        assert sentence in answer.text, changes

    assert "There are no funds yet." in (await finance.reads("/funds")).text


async def test_a_grant_that_cannot_be_is_not_entered(funding: Funding) -> None:
    fund = await funding.a_fund()
    finance = await staff_of(funding, "finance")
    await a_grant(finance, fund)

    for changes, status, sentence in NO_GRANTS:
        answer = await sends(finance, "/grants/new", {**GRANT, "fund": str(fund), **changes})
        assert answer.status_code == status, changes
        assert sentence in answer.text, changes

    assert (await finance.reads("/grants")).text.count("/grants/0") == 1


async def test_a_grant_is_followed_on_its_page(funding: Funding) -> None:
    fund = await funding.a_fund()
    finance = await staff_of(funding, "finance")
    grant = await a_grant(finance, fund)

    async def add(what: str, **answers: str) -> httpx.Response:
        return await sends(finance, f"{grant}/{what}", answers, grant)

    assert (await add("instalments", due_on="2026-03-10", amount="600")).status_code == 303
    too_much = await add("instalments", due_on="2026-06-10", amount="400.01")
    outside = await add("reports", report_due="2027-02-01", report_from="2026-03-01", report_last="2027-01-01")
    early = await add("reports", report_due="2026-03-05", report_from="2026-03-01", report_last="2026-03-31")
    assert (await add("conditions", condition="Name us in the annual report")).status_code == 303
    assert (await add("conditions")).status_code == 422
    assert (await add("back", back_amount="5", back_reason="Why")).status_code == 409

    assert "£0.01 is too much." in too_much.text
    assert "The report must be about days within the grant." in outside.text
    assert "A report is due after the days that it is about." in early.text
    page = (await finance.reads(grant)).text
    receive = f"/funds/{fund}/receive"
    instalment = page.split(f"{grant}/instalments/")[1].split('"')[0]
    paid = {"amount": "550", "reference": "BACS 9", "received_on": "2026-03-02", "instalment": instalment}
    assert (await sends(finance, receive, paid)).status_code == 303
    assert "£50 less than agreed" in (await finance.reads(grant)).text
    condition = page.split(f"{grant}/conditions/")[1].split("/met")[0]
    assert (await sends(finance, f"{grant}/conditions/{condition}/met", {}, grant)).status_code == 303
    assert "Not met after all" in (await finance.reads(grant)).text


async def test_a_transfer_takes_two_people_on_the_page(funding: Funding) -> None:
    free, relief = await funding.a_fund(9_000, name="Free"), await funding.a_fund(name="Relief")
    tied = await funding.a_fund(9_000, name="Devon", restrictions=Restrictions(regions=frozenset({"south-west"})))
    one, other = await staff_of(funding, "finance"), await staff_of(funding, "finance")
    wanted = {"from_fund": str(free), "to_fund": str(relief), "amount": "50", "reason": "Winter"}

    refused = await sends(one, "/transfers", {**wanted, "to_fund": str(tied)})
    assert refused.status_code == 422
    assert "Devon is restricted" in refused.text
    assert (await sends(one, "/transfers", wanted)).status_code == 303
    address = (await one.reads("/transfers")).text.split('action="/transfers/')[1].split('"')[0]
    assert (await sends(one, f"/transfers/{address}", {"agreed": "yes"}, "/transfers")).status_code == 409
    assert (await sends(other, f"/transfers/{address}", {"agreed": "yes"}, "/transfers")).status_code == 303

    assert (await funding.balances(relief)).available == 5_000
    statement = (await one.reads(f"/funds/{relief}/statement.csv")).text
    assert "Moved from another fund,50.00,,Free" in statement
    assert "Moved from another fund" in (await one.reads(f"/funds/{relief}")).text


async def test_coordinators_read_and_change_nothing(funding: Funding) -> None:
    fund = await funding.a_fund()
    finance, coordinator = await staff_of(funding, "finance"), await staff_of(funding, "coordinator")
    grant = await a_grant(finance, fund)

    for path in ("/grants", grant, "/transfers", "/funders"):
        shown = await coordinator.reads(path)
        assert shown.status_code == 200
        assert "Add an instalment" not in shown.text
        assert (await (await staff_of(funding, "triage")).reads(path)).status_code == 403
    for path in ("/funds/new", f"/funds/{fund}/change", f"/funds/{fund}/close", "/grants/new", f"{grant}/instalments",
                 f"{grant}/change", f"{grant}/back", "/transfers", "/funders"):  # fmt: skip
        assert (await sends(coordinator, path, {"reason": "x"}, "/funds")).status_code == 403


async def test_a_funder_has_a_name_of_their_own_and_notes(funding: Funding) -> None:
    await funding.a_fund()
    finance = await staff_of(funding, "finance")

    twice = await sends(finance, "/funders", {"name": "Example Trust"})
    made = await sends(finance, "/funders", {"name": "Other Trust", "notes": "Meets in June"})

    assert twice.status_code == 409
    address = urlsplit(made.headers["location"]).path
    assert "Meets in June" in (await finance.reads(address)).text
    assert (await sends(finance, address, {"name": "Example Trust"})).status_code == 409
