"""When the money runs out and who waits for it, as staff read it, and for a spreadsheet."""

import csv
import re
from datetime import date, timedelta
from io import StringIO

import pytest

from services.funding.domain.days import day_of
from services.funding.domain.forecast import Empty, RunsOut, TooLittle
from services.funding.domain.funds import Restrictions
from services.funding.domain.pots import History, pot_of
from services.funding.handlers.topping import Wish
from services.funding.store import forecasts
from tests.component.funding import Funding, funding_service
from tests.component.funding_pages import staff_of, visitor_of
from tests.component.test_funding_drawing import an_award
from tests.component.test_funding_topping import more_for

__all__ = ["funding_service"]

WEEK = timedelta(days=7)


async def history_of(funding: Funding, name: str) -> History:
    """A fund with its weeks."""
    now = funding.clock.now()
    async with funding.kernel.reading() as db:
        found = await forecasts.histories(db, now, day_of(now))
    return next(one for one in found if one.fund.name == name)


async def weeks_of_matches(funding: Funding, weeks: int) -> None:
    """One client a week, for whom £500 is kept and accepted."""
    for _ in range(weeks):
        await funding.passes(WEEK)
        client = await funding.a_match()
        await funding.hears(client.accepted())


async def test_the_ledger_tells_what_goes_in_a_week_and_when_nothing_is_left(funding: Funding) -> None:
    await funding.a_fund(1_000_000, name="General fund")
    await weeks_of_matches(funding, 9)
    await funding.passes(timedelta(hours=1))

    history = await history_of(funding, "General fund")
    today = day_of(funding.clock.now())
    found = pot_of([history], today).forecast

    assert [week.used for week in history.weeks[:9]] == [50_000] * 9
    assert [week.promised for week in history.weeks[:9]] == [50_000] * 9
    assert found.rate is not None
    assert found.rate.a_week == 50_000
    assert isinstance(found.outcome, RunsOut)
    assert found.outcome.day == today + 11 * WEEK


async def test_what_is_released_is_taken_off_and_what_comes_in_is_not(funding: Funding) -> None:
    fund_id = await funding.a_fund(100_000, name="General fund")
    client = await funding.a_match()
    await funding.passes(WEEK)
    await funding.hears(client.declined())
    await funding.receives(fund_id, 70_000)

    history = await history_of(funding, "General fund")

    assert [week.used for week in history.weeks[:2]] == [-50_000, 50_000]
    assert history.weeks[0].available == 120_000


async def test_with_few_weeks_nothing_is_said_and_without_money_that_is_said(funding: Funding) -> None:
    await funding.a_fund(100_000, name="General fund")
    await funding.a_fund(name="Bare fund", restrictions=Restrictions(regions=frozenset({"wales"})))
    await weeks_of_matches(funding, 2)
    finance = await staff_of(funding, "finance")
    today = day_of(funding.clock.now())

    shown = (await finance.reads("/funds/forecast")).text

    assert isinstance(pot_of([await history_of(funding, "General fund")], today).forecast.outcome, Empty)
    assert isinstance(pot_of([await history_of(funding, "Bare fund")], today).forecast.outcome, Empty)
    assert "Nothing is left" in shown
    await funding.receives((await history_of(funding, "General fund")).fund.fund_id, 500_000)
    found = pot_of([await history_of(funding, "General fund")], today).forecast.outcome
    assert isinstance(found, TooLittle)
    assert f"Too little to tell ({found.weeks} of 8 weeks)" in (await finance.reads("/funds/forecast")).text


async def test_the_page_tells_the_charity_each_kind_of_case_and_each_fund(funding: Funding) -> None:
    fund_id = await funding.a_fund(1_000_000, name="General fund")
    today = day_of(funding.clock.now())
    welsh = Restrictions(client_groups=frozenset({"survivor"}), regions=frozenset({"wales"}), until=date(2027, 1, 1))
    await funding.a_fund(400_000, name="Welsh fund", restrictions=welsh)
    await weeks_of_matches(funding, 9)
    finance = await staff_of(funding, "finance")

    whole = (await finance.reads("/funds/forecast")).text
    own = (await finance.reads(f"/funds/{fund_id}")).text

    assert day_of(funding.clock.now()) > today
    assert "Survivors in Wales" in whole
    assert "£4,000 (£4,000 to £4,000) unused on 1 January 2027" in whole
    assert "About 11 weeks" in whole
    assert "<p>About 11 weeks (11 to 11).</p>" in own
    assert own.count('role="img"') == whole.count('role="img"') + 1


@pytest.mark.parametrize("path", ["/funds/forecast", "/awards/unfunded", "/awards/unfunded.csv"])
async def test_only_finance_and_coordinators_read_it(funding: Funding, path: str) -> None:
    assert (await (await staff_of(funding, "coordinator")).reads(path)).status_code == 200
    assert (await (await staff_of(funding, "triage")).reads(path)).status_code == 403
    assert (await visitor_of(funding).reads(path)).status_code in (302, 303, 401)


async def test_the_list_says_what_would_clear_each_and_which_gifts_help(funding: Funding) -> None:
    welsh = Restrictions(client_groups=frozenset({"survivor"}), regions=frozenset({"wales"}))
    await funding.a_fund(20_000, name="=Welsh fund", restrictions=welsh)
    for outward_code in ("CF10", "SA1", "LS1"):
        await funding.a_match(outward_code=outward_code)
    await funding.a_match(outward_code="CF10", client_group="family")
    finance = await staff_of(funding, "finance")

    shown = (await finance.reads("/awards/unfunded")).text
    table = list(csv.DictReader(StringIO((await finance.reads("/awards/unfunded.csv")).text.lstrip("\ufeff"))))

    lines = [line.split() for line in re.sub(r"<[^>]+>", " ", shown).splitlines()]
    assert ["Anybody", "who", "waits", "£1,800", "4", "£450"] in lines
    assert ["Anybody", "in", "Wales", "£1,300", "3", "£433.33"] in lines
    assert ["Survivors", "in", "Wales", "£800", "2", "£400"] in lines
    assert "Too little to tell" in shown
    assert "4 wait for money already" in (await finance.reads("/funds/forecast")).text
    assert [row["Short by in pounds"] for row in table] == ["300.00", "300.00", "500.00", "500.00"]
    assert [row["Or a gift to one of these funds"] for row in table] == ["'=Welsh fund", "'=Welsh fund", "", ""]
    assert "Robin Example" not in str(table)


async def test_an_award_that_runs_and_waits_for_more_is_on_the_list(funding: Funding) -> None:
    fund_id = await funding.a_fund(60_000, name="General fund")
    client = await an_award(funding, sessions=10)
    await more_for(funding, client, Wish(more=4))
    await funding.a_match(sessions=20)
    finance = await staff_of(funding, "finance")

    table = list(csv.DictReader(StringIO((await finance.reads("/awards/unfunded.csv")).text.lstrip("\ufeff"))))
    shown = (await finance.reads("/awards/unfunded")).text

    assert (await funding.balances(fund_id)).available == 10_000
    columns = ("More for an award that runs", "Sessions", "Needs in pounds", "Short by in pounds")
    assert [[row[one] for one in columns] for row in table] == [
        ["yes", "4", "200.00", "100.00"],
        ["no", "20", "1000.00", "900.00"],
    ]
    assert "£1,100<small>as a gift without restrictions" in shown


async def test_what_only_those_who_wait_still_need_makes_the_sum_grow(funding: Funding) -> None:
    await funding.a_fund(20_000, name="General fund")
    gone = await funding.a_match()
    for _ in range(8):
        await funding.passes(WEEK)
        await funding.hears(gone.withdrawn())
        await funding.a_match()
        gone = await funding.a_match()
    await funding.hears(gone.withdrawn())
    finance = await staff_of(funding, "finance")

    shown = " ".join((await finance.reads("/awards/unfunded")).text.split())

    assert "£500 a week has been added by those who joined in the last 8 weeks" in shown
