"""Days that finance types: a year that nobody means is refused before a timer has to reckon with it."""

from datetime import date

import pytest
from pydantic import BaseModel
from starlette.datastructures import FormData

from services.funding.domain.days import FIRST_DAY, LAST_DAY, likely_day
from services.funding.domain.importing import RowError, read_funds
from services.funding.web.fund_forms import NewFund
from services.funding.web.grant_forms import NewGrant, NewInstalment, NewReportDate
from services.funding.web.reports import NewReport
from shared.web.forms import check_form


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (NewFund, ("available_from", "until")),
        (NewGrant, ("agreed_on", "from_day", "last_day")),
        (NewInstalment, ("due_on",)),
        (NewReportDate, ("report_due", "report_from", "report_last")),
        (NewReport, ("from_day", "last_day", "due_on")),
    ],
)
@pytest.mark.parametrize("typed", ["9999-12-31", "0026-03-31"])
def test_a_year_that_nobody_means_is_refused_beside_its_field(
    form: type[BaseModel], fields: tuple[str, ...], typed: str
) -> None:
    read = check_form(FormData([(name, typed) for name in fields]), form)

    assert {read.errors[name] for name in fields} == {"Enter a year from 2000 to 2199."}


def test_the_first_and_the_last_day_can_be_meant() -> None:
    assert (likely_day(FIRST_DAY), likely_day(LAST_DAY)) == (FIRST_DAY, LAST_DAY)


def test_a_row_with_such_a_year_is_not_imported() -> None:
    text = "funder,fund,kind,until\nExample Trust,Relief,restricted,9999-12-31\n"

    [found] = read_funds(text, date(2026, 3, 2))

    assert isinstance(found, RowError)
    assert (found.column, found.sentence) == ("until", "Enter a year from 2000 to 2199.")
