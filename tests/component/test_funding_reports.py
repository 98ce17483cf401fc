"""A report counts right, hides what is small, is frozen, and says the same in every shape, again and again."""

import csv
import io
import json
import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.funding.domain.days import day_of
from services.funding.domain.evaluations import Outcome, Result
from services.funding.domain.giving import check_recipient, grant_of, package_of
from services.funding.domain.releases import Period
from services.funding.handlers.reporting import plan_report, publish_report
from services.funding.store import evaluations
from services.funding.store.reports import Report
from shared.events import Event
from shared.events.funding import ReportPublished
from shared.events.intake import ReferralTriaged
from shared.events.matching import SessionAttended, TherapyStarted
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import FundId
from tests.component.funding import Client, Funding, a_profile, funding_service
from tests.component.funding_pages import staff_of

__all__ = ["funding_service"]

AGREED = ("referral", "sharing", "subsidy", "statistics")
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
SCHEMA = Path(__file__).parents[3] / "shared/oracles/360giving/360-giving-schema.json"


async def helped(funding: Funding, number: int, *, sessions: int = 2, **profile: Any) -> list[Client]:
    """So many clients whose therapy the funds pay, each with some sessions held today."""
    clients = [Client() for _ in range(number)]
    today, now = day_of(funding.clock.now()), funding.clock.now()
    triaged = [
        ReferralTriaged(
            referral_id=one.referral_id, outcome="suitable", priority="routine", decided_by="rules", received_at=now
        )
        for one in clients
    ]
    await funding.hears(*triaged, seal={"funding": a_profile(**{"consents": AGREED, **profile})})
    await funding.hears(*(one.proposed(fee=1000, sessions=4) for one in clients))
    events: list[Event] = []
    for one in clients:
        ids = {"referral_id": one.referral_id, "match_id": one.match_id, "therapist_id": one.therapist_id}
        held = [
            SessionAttended.model_validate({**ids, "session_id": uuid4(), "held_on": today, "number": nth + 1})
            for nth in range(sessions)
        ]
        events += [one.accepted(), TherapyStarted.model_validate(ids), *held]
    await funding.hears(*events)
    return clients


async def scored(funding: Funding, client: Client, change: Any) -> None:
    result = Result("phq-9", change, "achieved")
    outcome = Outcome(client.match_id, client.referral_id, day_of(funding.clock.now()), result)
    await funding.perform("outcome", lambda tx: evaluations.save_outcome(tx.db, tx.keys, outcome))


async def published(funding: Funding, fund_id: FundId, period: Period = MARCH) -> Report:
    actor = f"staff:{UUID(int=7)}"
    return await funding.perform(str(fund_id), lambda tx: publish_report(tx, fund_id, period), actor=actor)


async def test_a_report_counts_who_was_helped_and_hides_the_few(funding: Funding) -> None:
    fund = await funding.a_fund(1_000_000)
    clients = await helped(funding, 9, age_band="26-64", source="gp", outward_code="TQ13")
    clients += await helped(funding, 3, age_band="18-25", source="police", outward_code="LS1")
    clients += await helped(funding, 9, consents=("referral", "sharing", "subsidy"))
    for client in clients[:9]:
        await scored(funding, client, "recovered")
    await funding.passes(timedelta(days=31))

    report = await published(funding, fund)

    people = report.content["people"]
    assert people["all"] == 20
    assert people["by"]["age"]["18-25"] == "small"
    assert people["by"]["source"]["gp"] in (10, "beside-small")
    assert people["by"]["source"]["prison"] == 0
    assert people["by"]["wait"] == {"to-6-weeks": 20, "to-18-weeks": 0, "longer": 0}
    assert report.content["sessions"] == 40
    assert report.content["money"]["promised"] == 21 * 4000
    assert report.content["numbers"]["soon"] == 100
    assert report.content["numbers"]["better"] == 100
    assert report.content["outcomes"]["by"]["change"]["recovered"] == 10
    assert str(clients[0].referral_id) not in report.snapshot


async def test_a_report_is_published_once_told_once_and_never_changed(funding: Funding) -> None:
    fund = await funding.a_fund(1_000_000)
    await helped(funding, 8)
    await funding.passes(timedelta(days=31))
    first = await published(funding, fund)
    await helped(funding, 8)

    again = await published(funding, fund)

    assert again == first
    assert first.sha256 == sha256(first.snapshot.encode()).hexdigest()
    [told] = await funding.told(ReportPublished)
    assert (told.report_id, told.sha256) == (first.report_id, first.sha256)
    with pytest.raises(Exception, match=r"permission denied|only grows"):
        await funding.perform("x", lambda tx: tx.db.execute("UPDATE report SET snapshot = 'other'"))


async def test_a_period_that_is_not_over_has_no_report_yet_but_one_can_be_due(funding: Funding) -> None:
    fund = await funding.a_fund(1_000_000)
    await helped(funding, 8)
    with pytest.raises(Unprocessable):
        await published(funding, fund)

    await funding.perform(str(fund), lambda tx: plan_report(tx, fund, MARCH, date(2026, 4, 7)))
    await funding.passes(timedelta(days=34))
    assert await funding.told(ReportPublished) == []
    await funding.passes(timedelta(days=5))

    assert [one.until_day for one in await funding.told(ReportPublished)] == [date(2026, 4, 1)]


async def test_the_next_report_compares_itself_with_the_one_before(funding: Funding) -> None:
    fund = await funding.a_fund(1_000_000)
    await helped(funding, 8)
    await funding.passes(timedelta(days=31))
    await published(funding, fund)
    await helped(funding, 16)
    await funding.passes(timedelta(days=31))

    report = await published(funding, fund, Period(date(2026, 4, 1), date(2026, 5, 1)))

    assert report.content["numbers_before"]["people"] == 10
    assert report.content["numbers"]["people"] == 15


async def test_every_shape_says_the_same_with_the_same_hash_and_the_same_bytes_when_made_again(
    funding: Funding,
) -> None:
    fund = await funding.a_fund(1_000_000, name="=SUM(1)")
    await helped(funding, 12)
    await funding.passes(timedelta(days=31))
    report = await published(funding, fund)
    finance = await staff_of(funding, "finance")
    address = f"/reports/{report.report_id}"

    made = {kind: (await finance.reads(address + kind)) for kind in ("", ".csv", ".json", ".pdf")}
    again = {kind: (await finance.reads(address + kind)) for kind in (".csv", ".json", ".pdf")}

    assert {kind: one.status_code for kind, one in made.items()} == dict.fromkeys(made, 200)
    assert all(again[kind].content == made[kind].content for kind in again)
    assert made[".pdf"].content.startswith(b"%PDF-")
    assert sha256(made[".json"].content).hexdigest() == report.sha256
    assert report.sha256 in made[""].text
    rows = list(csv.reader(io.StringIO(made[".csv"].text)))
    assert ["snapshot", "sha256", report.sha256] in rows
    assert ["people", "all", "10"] in rows
    assert ["report", "fund", "'=SUM(1)"] in rows


async def test_only_finance_publishes_and_nobody_else_reads(funding: Funding) -> None:
    fund = await funding.a_fund(1_000_000)
    await funding.passes(timedelta(days=31))
    report = await published(funding, fund)

    assert (await (await staff_of(funding, "triage")).reads(f"/reports/{report.report_id}")).status_code == 403
    coordinator = await staff_of(funding, "coordinator")
    assert (await coordinator.reads(f"/reports/{report.report_id}.pdf")).status_code == 200
    sent = {"fund": str(fund), "from_day": "2026-03-01", "last_day": "2026-03-31"}
    assert (await coordinator.sends("/reports", "/funds", **sent)).status_code == 403


FORMATS = FormatChecker(())


@FORMATS.checks("date-time")
def is_moment(value: object) -> bool:
    """A day with a time; the validator itself does not look."""
    return not isinstance(value, str) or re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value) is not None


async def test_a_past_year_of_awards_is_open_data_once_there_are_enough(funding: Funding) -> None:
    await funding.a_fund(1_000_000)
    await helped(funding, 8)
    coordinator = await staff_of(funding, "coordinator")
    assert (await coordinator.reads("/reports/grants.json?year=2026")).status_code == 422
    await funding.passes(timedelta(days=310))
    coordinator = await staff_of(funding, "coordinator")
    grants = (await coordinator.reads("/reports/grants.json?year=2026")).json()["grants"]
    assert [(one["amountAwarded"], one["awardDate"]) for one in grants] == [(40.0, "2026-03-01")] * 8
    assert len({one["recipientIndividual"]["id"] for one in grants}) == 8
    assert (await coordinator.reads("/reports/grants.json?year=2025")).status_code == 404


def a_grant(**changes: Any) -> dict[str, Any]:
    grant = grant_of("award", 12345, date(2026, 3, 17), {"prefix": "360G-x", "id": "GB-CHC-1", "name": "Charity"})
    return {**grant, **changes}


def test_grants_are_valid_360giving_and_name_nobody() -> None:
    if not SCHEMA.exists():
        pytest.skip("the published schema is not on this machine")
    schema = Draft202012Validator(json.loads(SCHEMA.read_text()), format_checker=FORMATS)

    assert list(schema.iter_errors(a_grant())) == []
    assert a_grant()["amountAwarded"] == 123.45
    assert a_grant()["awardDate"] == "2026-03-01"
    assert a_grant()["recipientIndividual"]["name"] == "Individual Recipient"
    both = a_grant(recipientOrganization=[{"id": "x", "name": "y"}])
    neither = {key: value for key, value in a_grant().items() if key != "recipientIndividual"}
    assert list(schema.iter_errors(both))
    assert list(schema.iter_errors(neither))


@pytest.mark.parametrize(
    "wrong", [{"recipientOrganization": [{"id": "x", "name": "y"}]}, {"recipientIndividual": None}]
)
def test_a_grant_for_both_or_for_nobody_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        check_recipient(a_grant(**wrong))
    with pytest.raises(ValueError):
        package_of([a_grant(**wrong)], 1)


def test_so_few_grants_that_they_tell_something_are_not_published() -> None:
    assert package_of([a_grant()] * 7, 8) is None
    assert package_of([], 0) is None
    assert package_of([a_grant()] * 8, 8) is not None
