"""Referrals from a file: each row for itself, once, with errors that neither repeat it nor run in a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Callable

import pytest

from services.intake.handlers.importing import RowResult, errors_csv, import_csv
from services.intake.store import vault
from shared.events.intake import ReferralReceived
from shared.kernel.errors import Conflict
from shared.kernel.spreadsheets import harmless
from tests.component.intake import Intake
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

HEADER = (
    "row_id,source,referrer_name,referrer_email,consent_statement,consents,client_group,age_band,danger,outward_code,"
    "languages,step_free_access,contact_channel,client_email\n"
)
GOOD = (
    "{id},gp,Dr Example,surgery@example.org,They agreed in the surgery,referral;sharing,survivor,26-64,no,TQ13 7HD,"
    "en;cy,yes,email,robin@example.org\n"
)


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


async def imported(intake: Intake, text: str, *, dry_run: bool = False) -> list[RowResult]:
    return await import_csv(intake.kernel, text, source="trust-a", actor="operator", dry_run=dry_run)


async def test_a_file_is_imported_and_a_second_time_changes_nothing(intake: Intake) -> None:
    text = "\ufeff" + HEADER + GOOD.format(id="a1") + GOOD.format(id="a2")

    assert [row.outcome for row in await imported(intake, text)] == ["imported", "imported"]
    assert [row.outcome for row in await imported(intake, text)] == ["unchanged", "unchanged"]
    told = await intake.told(ReferralReceived)
    assert [event.channel for event in told] == ["import", "import"]
    async with intake.kernel.reading() as db:
        kept = [await vault.kept_of(db, intake.kernel.keys, event.referral_id) for event in told]
    assert [one.referrer.reference for one in kept if one.referrer] == ["a1", "a2"]


async def test_the_same_row_id_from_another_source_is_another_referral(intake: Intake) -> None:
    text = HEADER + GOOD.format(id="a1")
    await imported(intake, text)
    await import_csv(intake.kernel, text, source="trust-b", actor="operator")

    assert await intake.counted("referral") == 2


async def test_a_changed_row_is_refused_and_not_taken_in_twice(intake: Intake) -> None:
    await imported(intake, HEADER + GOOD.format(id="a1"))
    [row] = await imported(intake, HEADER + GOOD.format(id="a1").replace("26-64", "18-25"))

    assert row.outcome == "refused"
    assert await intake.counted("referral") == 1


async def test_a_bad_row_does_not_keep_the_good_ones_out(intake: Intake) -> None:
    bad = GOOD.format(id="a2").replace("26-64", "zebra-marker").replace("robin@example.org", "zebra")
    rows = await imported(intake, HEADER + GOOD.format(id="a1") + bad + GOOD.format(id="a1"))

    assert [(row.line, row.outcome) for row in rows] == [(2, "imported"), (3, "refused"), (4, "refused")]
    assert [column for column, _ in rows[1].problems] == ["age_band", "client_email"]
    assert "zebra" not in errors_csv(rows)


async def test_a_dry_run_checks_and_takes_nothing_in(intake: Intake) -> None:
    rows = await imported(intake, HEADER + GOOD.format(id="a1") + GOOD.format(id=""), dry_run=True)

    assert [row.outcome for row in rows] == ["checked", "refused"]
    assert await intake.counted("referral") == 0


@pytest.mark.parametrize("header", ["", "source,age_band\n", "row_id,wrong\n", "row_id,source,source\n"])
async def test_an_unknown_header_stops_the_import(intake: Intake, header: str) -> None:
    with pytest.raises(Conflict):
        await imported(intake, header + "1,2,3\n")


@pytest.mark.parametrize("row_id", ["=1+1", "+A1", "-2", "@SUM(A1)", "\t=1", " =cmd|' /C calc'!A0"])
async def test_no_cell_of_the_errors_is_a_formula(intake: Intake, row_id: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerow([row_id, "not-a-source"])
    rows = await imported(intake, "row_id,source\n" + text.getvalue())
    cells = [cell for line in csv.reader(io.StringIO(errors_csv(rows))) for cell in line]

    assert any(row_id.strip() in cell for cell in cells)
    assert [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@")] == []


def test_ordinary_text_is_left_as_it_is() -> None:
    assert harmless("a1") == "a1"
    assert harmless("=a1") == "'=a1"
