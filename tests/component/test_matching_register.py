"""Therapists come from a file: the same number is the same therapist, wrong rows are named, the right ones count."""

import csv
from typing import Any, cast
from uuid import uuid4

import pytest

from services.matching import store
from services.matching.app import HERE
from services.matching.domain.distance import kilometres_between
from services.matching.domain.fees import Fee
from services.matching.handlers.importing import import_outcodes, import_therapists
from services.matching.store.fees import fees_of, set_fee_in_force
from shared.db import Connection
from shared.events.matching import TherapistCapacityChanged, TherapistStandingChanged
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import ReferralId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.matching import Matching, as_csv, matching_service, therapist_row
from tests.unit.matching_examples import a_need

__all__ = ["matching_service"]

OUTCODES = HERE / "data" / "outcodes" / "uk_outcodes.csv"


async def test_a_file_read_twice_adds_each_therapist_once(matching: Matching) -> None:
    rows = [therapist_row(number) for number in range(1, 6)]

    first = await matching.has_therapists(*rows)
    again = await matching.has_therapists(*rows)

    assert (first.added, first.changed, first.unchanged, first.errors) == (5, 0, 0, [])
    assert (again.added, again.changed, again.unchanged, again.errors) == (0, 0, 5, [])
    assert len(await matching.told(TherapistStandingChanged)) == 5
    assert len(await matching.told(TherapistCapacityChanged)) == 5


async def test_the_same_number_written_differently_is_the_same_therapist(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))

    report = await matching.has_therapists(therapist_row(1, registration_number=" r-0001 ", session_fee="75"))

    assert (report.added, report.changed) == (0, 1)


async def test_an_old_file_does_not_undo_places_taken_since(matching: Matching) -> None:
    row = therapist_row(1, capacity_maximum=1, capacity_available=1)
    await matching.has_therapists(row)
    await matching.takes_on()
    assert await matching.places(1) == (1, 0, 1)

    report = await matching.has_therapists(row)
    renamed = await matching.has_therapists({**row, "name": "Ada Byron"})

    assert (report.unchanged, renamed.changed, renamed.errors) == (1, 1, [])
    assert await matching.places(1) == (1, 0, 1)


async def test_an_old_file_does_not_undo_a_fee_that_has_begun_since(matching: Matching) -> None:
    row = therapist_row(1, session_fee=60, concession_fee=20, modalities="cbt;emdr")
    await matching.has_therapists(row)
    therapist_id = await matching.therapist_id(1)

    async def dearer(tx: Transaction) -> None:
        await set_fee_in_force(tx.db, therapist_id, Fee(tx.now.date(), Pence(7000), Pence(2000)))

    await matching.perform(str(therapist_id), dearer)
    again = await matching.has_therapists(row)
    left_out = await matching.has_therapists({**row, "modalities": "", "concession_fee": "", "name": "Ada Byron"})

    assert (again.unchanged, left_out.changed) == (1, 1)
    async with matching.kernel.reading() as db:
        therapist = await store.therapist_by_id(db, matching.kernel.keys, therapist_id)
    assert therapist is not None
    entry = therapist.entry
    assert (entry.session_fee, entry.concession_fee, entry.modalities) == (7000, 2000, ("cbt", "emdr"))
    await matching.has_therapists({**row, "session_fee": "65"})
    async with matching.kernel.reading() as db:
        assert [fee.session_fee for fee in await fees_of(db, therapist_id)] == [6500]


async def test_capacity_below_open_cases_is_refused_and_the_other_rows_count(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await matching.takes_on()

    report = await matching.has_therapists(therapist_row(1, capacity_maximum=0, capacity_available=0), therapist_row(2))

    assert report.added == 1
    assert [(error.row, error.column) for error in report.errors] == [(2, "capacity_maximum")]
    assert "1 of the places are taken" in report.errors[0].sentence
    assert await matching.places(1) == (3, 2, 1)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("name", '=HYPERLINK("http://example.org")'),
        ("name", "+44"),
        ("name", "@SUM(A1)"),
        ("registration_number", "-1+2"),
        ("name", ""),
        ("email", "nobody"),
        ("email", "a@b@example.org"),
        ("gender", "other"),
        ("client_groups", "thoughts;crimes"),
        ("client_groups", ""),
        ("age_bands", "young"),
        ("languages", "english"),
        ("outward_code", "TQ13 8AB"),
        ("outward_code", "ZZ99"),
        ("outward_code", "ZE9"),
        ("radius_km", "0"),
        ("radius_km", "1e3"),
        ("online", "perhaps"),
        ("session_fee", "-5"),
        ("session_fee", "60.5"),
        ("capacity_maximum", "1.5"),
        ("capacity_available", "9"),
        ("child_clearance", "x"),
        ("legal_stages", "guilty"),
        ("modalities", "hypnosis"),
        ("concession_fee", "60"),
        ("concession_fee", "=1"),
    ],
)
async def test_a_wrong_cell_is_named_by_row_and_column_and_never_repeated(
    matching: Matching, column: str, cell: str
) -> None:
    report = await matching.has_therapists(therapist_row(1), therapist_row(2, **{column: cell}))

    assert report.added == 1
    ((row, named, sentence),) = [(error.row, error.column, error.sentence) for error in report.errors]
    assert (row, named) == (3, column)
    assert sentence.endswith(".")
    assert len(cell) < 5 or cell not in sentence


async def test_a_number_twice_in_one_file_is_refused_the_second_time(matching: Matching) -> None:
    report = await matching.has_therapists(therapist_row(1), therapist_row(1, name="Somebody Else"))

    assert report.added == 1
    assert [(error.row, error.column) for error in report.errors] == [(3, "registration_number")]


async def test_a_file_without_the_columns_is_refused_whole(matching: Matching) -> None:
    with pytest.raises(Unprocessable) as refusal:
        await import_therapists(matching.kernel, ["name,email", "Ada,ada@example.org"])

    assert "registration_number" in refusal.value.sentence


async def test_a_row_with_too_many_cells_is_named(matching: Matching) -> None:
    lines = as_csv(therapist_row(1))

    report = await import_therapists(matching.kernel, [lines[0], lines[1] + ",surplus"])

    assert [(error.row, error.column) for error in report.errors] == [(2, "")]


async def test_progress_is_reported_to_the_last_row(matching: Matching) -> None:
    seen: list[int] = []

    await import_therapists(
        matching.kernel, as_csv(*(therapist_row(number) for number in range(1, 151))), progress=seen.append
    )

    assert seen == [100, 150]


async def test_names_and_addresses_are_encrypted(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, name="Zebedee Quill"))

    async with matching.kernel.reading() as db:
        text = await db.fetchval("SELECT string_agg(t::text, '') FROM therapist AS t")
        plain = await db.fetchval("SELECT encode(name || email || registration, 'escape') FROM therapist")

    for secret in ("Zebedee", "therapist1@", "R-0001"):
        assert secret not in text
        assert secret not in plain


async def test_the_packaged_outward_codes_are_known_from_the_start(matching: Matching) -> None:
    with OUTCODES.open(newline="", encoding="utf-8") as lines:
        packaged = {(row["outcode"], float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(lines)}

    async with matching.kernel.reading() as db:
        known = {tuple(row) for row in await db.fetch("SELECT outcode, latitude, longitude FROM outcode")}

    assert known == packaged
    assert len(known) == 2969
    assert "Crown copyright" in (OUTCODES.parent / "NOTICE.txt").read_text()


async def test_outward_codes_are_replaced_all_or_nothing(matching: Matching) -> None:
    with pytest.raises(Unprocessable) as too_few:
        await import_outcodes(matching.kernel, ["outcode,latitude,longitude", "TQ1,50.4,-3.5"])
    assert "1 outward codes" in too_few.value.sentence
    with pytest.raises(Unprocessable):
        await import_outcodes(matching.kernel, ["a,b", "1,2"])

    lines = [line for code in OUTCODES.read_text().splitlines()[1:] for line in _two_postcodes(code)]
    count = await import_outcodes(matching.kernel, ["pcds,lat,long", *lines, "ZZ99 9ZZ,99.99,0"])

    assert count == 2969
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT latitude FROM outcode WHERE outcode = 'AB10'") == pytest.approx(57.1353)


def _two_postcodes(line: str) -> list[str]:
    code, latitude, longitude, _ = line.split(",")
    return [f"{code} 1AA,{float(latitude) + 0.01},{longitude}", f"{code} 2BB,{float(latitude) - 0.01},{longitude}"]


class Explaining:
    """A connection that shows how a query would be answered, instead of answering it."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.plan = ""

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        self.plan += "\n".join(row[0] for row in await self.db.fetch("EXPLAIN " + query, *arguments)) + "\n"
        return []


async def test_candidates_are_found_by_an_index(matching: Matching) -> None:
    codes = [line.split(",")[0] for line in OUTCODES.read_text().splitlines()[1:1000]]
    await matching.has_therapists(
        *(therapist_row(number, outward_code=code, radius_km=20) for number, code in enumerate(codes, start=1))
    )
    need = a_need(setting="either")

    async with matching.kernel.reading() as db:
        await db.execute("SET enable_seqscan = off")  # nothing is known yet about how often an answer is yes
        explaining = Explaining(db)
        await store.candidates_for(cast("Connection", explaining), ReferralId(uuid4()), need)

    assert "therapist_reach" in explaining.plan
    assert "therapist_online" in explaining.plan
    assert "Seq Scan on therapist" not in explaining.plan


async def test_the_index_hides_nobody_who_is_near_enough(matching: Matching) -> None:
    codes = [line.split(",")[0] for line in OUTCODES.read_text().splitlines()[1:3000:12]]
    radii = (1, 17, 60, 180, 500)
    await matching.has_therapists(
        *(
            therapist_row(number, outward_code=code, radius_km=radii[number % 5])
            for number, code in enumerate(codes, start=1)
        )
    )

    async with matching.kernel.reading() as db:
        register = await store.all_therapists(db, matching.kernel.keys)
        for code in codes[::25]:
            point = await store.point_of(db, code)
            assert point is not None
            found = await store.candidates_for(db, ReferralId(uuid4()), a_need(outward_code=code, point=point))
            near = {one.therapist_id for one in register if kilometres_between(point, one.point) <= one.entry.radius_km}
            assert near <= {candidate.therapist_id for candidate in found}
            assert near
