"""What staff see of funding and can do; bad input gets a clear answer and changes nothing."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import httpx
import pytest

from services.funding.domain.funds import Restrictions
from services.funding.domain.importing import RowError
from services.funding.handlers.importing import Imported, RefusedFile, import_funds
from shared.kernel.ids import FundId
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import Visitor, staff_of, visitor_of

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def note(finance: Visitor, fund: FundId, **changes: str) -> httpx.Response:
    """Fill in the form for money that came in, with changes."""
    answers = {"amount": "10", "reference": "BACS 1", "received_on": "2026-03-01", **changes}
    return await finance.sends(f"/funds/{fund}/receive", f"/funds/{fund}/receive", **answers)


@pytest.mark.parametrize("path", ["/funds", "/awards", "/awards/unfunded"])
async def test_only_finance_and_coordinators_see_money(funding: Funding, path: str) -> None:
    assert (await visitor_of(funding).reads(path)).status_code == 303
    assert (await (await staff_of(funding, "triage")).reads(path)).status_code == 403
    assert (await (await staff_of(funding, "coordinator")).reads(path)).status_code == 200
    assert (await (await staff_of(funding, "finance")).reads(path)).status_code == 200


async def test_only_finance_notes_money(funding: Funding) -> None:
    fund = await funding.a_fund()
    coordinator = await staff_of(funding, "coordinator")

    answer = await coordinator.sends(f"/funds/{fund}/receive", "/funds", amount="10", reference="A")

    assert answer.status_code == 403
    assert (await funding.balances(fund)).received == 0


async def test_the_funds_are_shown_with_their_terms_and_what_would_clear_the_list(funding: Funding) -> None:
    await funding.a_fund(20_000, name="Devon", restrictions=Restrictions(regions=frozenset({"south-west"})))
    await funding.a_match()

    shown = (await (await staff_of(funding, "finance")).reads("/funds")).text

    assert "In South West" in shown
    assert "£300" in shown
    assert "1 waiting for money" in shown


async def test_money_that_is_noted_reaches_who_waits_for_it(funding: Funding) -> None:
    fund = await funding.a_fund()
    client = await funding.a_match()
    finance = await staff_of(funding, "finance")

    answer = await note(finance, fund, amount="£1,250.50")

    assert answer.headers["location"] == f"/funds/{fund}?noted=new"
    assert (await funding.balances(fund)).received == 125_050
    assert (await funding.award(client)).state == "reserved"
    page = (await finance.reads(answer.headers["location"])).text
    assert "£1,250.50" in page
    assert "Whoever waited" in page


async def test_a_form_sent_twice_is_noted_once(funding: Funding) -> None:
    fund = await funding.a_fund()
    finance = await staff_of(funding, "finance")

    await note(finance, fund)
    again = await note(finance, fund)

    assert again.headers["location"] == f"/funds/{fund}?noted=again"
    assert (await funding.balances(fund)).received == 1_000


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "-5"}, "Enter an amount above nothing."),
        ({"amount": "0"}, "Enter an amount above nothing."),
        ({"amount": "1.005"}, "Enter whole pence"),
        ({"amount": "ten"}, "Enter an amount in pounds"),
        ({"amount": ""}, "Enter the amount."),
        ({"amount": "99999999999"}, "more than can be noted"),
        ({"reference": ""}, "Enter the reference of the payment."),
        ({"received_on": "2026-02-30"}, "Enter the day on which the money came in."),
        ({"received_on": "2026-03-03"}, "still to come"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    funding: Funding, changes: dict[str, str], sentence: str
) -> None:
    fund = await funding.a_fund()

    answer = await note(await staff_of(funding, "finance"), fund, **changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert (await funding.balances(fund)).received == 0


async def test_a_reference_used_for_another_amount_is_said_so(funding: Funding) -> None:
    fund = await funding.a_fund()
    finance = await staff_of(funding, "finance")
    await note(finance, fund)

    answer = await note(finance, fund, amount="11")

    assert answer.status_code == 409
    assert "used before" in answer.text


@pytest.mark.parametrize("path", ["/funds/{}", "/funds/{}/receive", "/awards/{}"])
async def test_what_is_not_there_is_said_kindly(funding: Funding, path: str) -> None:
    answer = await (await staff_of(funding, "finance")).reads(path.format(uuid4()))

    assert answer.status_code == 404


async def test_a_fund_shows_how_it_stood_on_a_past_day(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    await funding.passes(timedelta(days=2))
    await funding.a_match()
    finance = await staff_of(funding, "finance")

    before = (await finance.reads(f"/funds/{fund}?on=2026-03-03")).text
    now = (await finance.reads(f"/funds/{fund}")).text
    nonsense = (await finance.reads(f"/funds/{fund}?on=yesterday")).text

    assert "£1,000 available" in before
    assert "Reserved</td>" not in before
    assert "£500 available" in now
    assert "Reserved</td>" in now
    assert "Enter a day in the past." in nonsense


async def test_an_award_says_which_funds_pay_and_why(funding: Funding) -> None:
    await funding.a_fund(20_000, name="Devon", restrictions=Restrictions(regions=frozenset({"south-west"})))
    await funding.a_fund(90_000, name="Wales", restrictions=Restrictions(regions=frozenset({"wales"})))
    await funding.a_fund(90_000, name="General")
    client = await funding.a_match()
    coordinator = await staff_of(funding, "coordinator")

    shown = (await coordinator.reads(f"/awards/{(await funding.award(client)).award_id}")).text

    assert "10 × £50 = £500" in shown
    assert "It is for other regions." in shown
    assert "£300 reserved" in shown


async def test_awards_are_listed_by_state(funding: Funding) -> None:
    await funding.a_fund(50_000)
    granted, waiting = await funding.a_match(means="unsure"), await funding.a_match()
    finance = await staff_of(funding, "finance")

    everything = (await finance.reads("/awards")).text
    waiting_only = (await finance.reads("/awards?show=waiting")).text
    review_only = (await finance.reads("/awards?show=review")).text

    for client, page, other in ((granted, review_only, waiting), (waiting, waiting_only, granted)):
        assert str(client.referral_id) in page
        assert str(client.referral_id) in everything
        assert str(other.referral_id) not in page


async def test_who_is_kept_without_money_is_listed_with_the_sum_that_clears_it(funding: Funding) -> None:
    await funding.a_fund(10_000)
    first, urgent = await funding.a_match(), await funding.a_match(priority="urgent")
    unsure = await funding.a_match(consents=())
    unknown = Client()
    await funding.hears(unknown.proposed())

    shown = (await (await staff_of(funding, "coordinator")).reads("/awards/unfunded")).text

    assert "£900" in shown
    assert shown.index(str(urgent.referral_id)) < shown.index(str(first.referral_id))
    assert shown.index("Waiting for something else") < shown.index(str(unsure.referral_id))
    assert str(unknown.referral_id) in shown


HEADER = "funder,fund,kind,regions,until,cap_per_client,share_of_fee,amount,reference,received_on\n"
GOOD = HEADER + "Trust,General,unrestricted,,,,,1000,BACS 1,2026-02-01\n" + (
    'Trust,West,restricted,south-west wales,2026-12-31,500,50,"2,500.25",BACS 2,2026-02-02\n'
)  # fmt: skip


async def test_funds_come_from_a_file_and_once(funding: Funding) -> None:
    first = await funding.perform("import", lambda tx: import_funds(tx, GOOD))
    again = await funding.perform("import", lambda tx: import_funds(tx, GOOD))

    assert (first, again) == (Imported(2, 2), Imported(0, 0))
    shown = (await (await staff_of(funding, "finance")).reads("/funds")).text
    assert "£3,500.25" in shown
    assert "In South West or Wales" in shown


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("T,F,unrestricted,,,,,-5,B,2026-02-01", "amount", "above nothing"),
        ("T,F,unrestricted,,,,,1.005,B,2026-02-01", "amount", "whole pence"),
        ("T,F,unrestricted,,,,,5,,2026-02-01", "reference", "needs the reference"),
        ("T,F,unrestricted,,,,,5,B,", "received_on", "needs the day"),
        ("T,F,unrestricted,,,,,5,B,2030-01-01", "received_on", "still to come"),
        ("T,F,unrestricted,,soon,,,,,", "until", "a day like"),
        ("T,F,restricted,mars,,,,,,", "regions", "one of"),
        ("T,F,free,,,,,,,", "kind", "one of"),
        ("T,F,unrestricted,wales,,,,,,", "", "no restrictions"),
        ("T,F,restricted,,,,101,,,", "", "1 to 100"),
        (",F,unrestricted,,,,,,,", "funder", "filled in"),
        ("T,F,unrestricted,,,,,,,,more", "", "more cells"),
    ],
)
async def test_a_file_with_one_wrong_row_changes_nothing(
    funding: Funding, row: str, column: str, sentence: str
) -> None:
    with pytest.raises(RefusedFile) as refused:
        await funding.perform("import", lambda tx: import_funds(tx, GOOD + row + "\n"))

    [error] = [error for error in refused.value.errors if error.column == column]
    assert (error.line, sentence in error.sentence) == (4, True)
    assert await funding.told_types() == []
    assert "There are no funds yet" in (await (await staff_of(funding, "finance")).reads("/funds")).text


async def test_reversed_dates_are_refused(funding: Funding) -> None:
    text = "funder,fund,kind,available_from,until\nT,F,restricted,2026-05-01,2026-04-01\n"

    with pytest.raises(RefusedFile) as refused:
        await funding.perform("import", lambda tx: import_funds(tx, text))

    assert refused.value.errors == (RowError(2, "", "The last day must not be before the first day."),)


async def test_a_file_that_contradicts_what_is_known_is_refused(funding: Funding) -> None:
    await funding.perform("import", lambda tx: import_funds(tx, GOOD))

    for changed in (GOOD.replace("1000", "1001"), GOOD.replace("south-west wales", "wales")):
        with pytest.raises(RefusedFile):
            await funding.perform("import", partial(import_funds, text=changed))


@pytest.mark.parametrize("text", ["", "name\nx\n", "\x00", "funder,fund\nT,F\n"])
async def test_what_is_no_such_file_is_refused(funding: Funding, text: str) -> None:
    with pytest.raises(RefusedFile):
        await funding.perform("import", lambda tx: import_funds(tx, text))
