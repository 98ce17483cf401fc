"""Takes therapists and outward codes over from files; wrong rows are named, and the others still count."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.matching import store
from services.matching.domain.capacity import Capacity, Refused, changed_capacity
from services.matching.domain.distance import Point
from services.matching.domain.fees import Fee
from services.matching.domain.london import london_day
from services.matching.domain.outcodes import NotOutcodes, outcodes_from
from services.matching.domain.registration import COLUMNS, Problem, entry_from
from services.matching.domain.standings import Standing
from services.matching.domain.therapists import Entry, Therapist
from services.matching.handlers.therapists import tell_capacity
from services.matching.handlers.waking import wake_for_therapist
from services.matching.store.fees import add_fee
from shared.events.matching import TherapistStandingChanged
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

ROWS_AT_ONCE = 100
LOCK = "import"


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row; rows are counted as a spreadsheet shows them, the heading being row 1."""

    row: int
    column: str
    sentence: str


@dataclass(slots=True)
class ImportReport:
    """What an import did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Noted:
    """The row at hand, and where to note what became of it."""

    row: int
    report: ImportReport


async def import_therapists(
    kernel: Kernel, lines: Iterable[str], *, actor: str = "system", progress: Callable[[int], None] = lambda _: None
) -> ImportReport:
    """Take therapists over from CSV: one registration number is one therapist, however often the file is read.

    New therapists become active. `progress` is called with the number of rows done so far. Raises `Unprocessable`
    where the heading lacks a column.
    """
    reader = csv.DictReader(lines, restval="")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise Unprocessable("columns-missing", f"The first row must name these columns too: {', '.join(missing)}.")
    report = ImportReport()
    seen: set[str] = set()
    ready: list[tuple[int, Entry]] = []
    number = 1
    for number, row in enumerate(reader, start=2):
        entry = _read(row, seen)
        if isinstance(entry, Entry):
            ready.append((number, entry))
        else:
            report.errors += [RowError(number, problem.column, problem.sentence) for problem in entry]
        if len(ready) == ROWS_AT_ONCE:
            await _take_over(kernel, ready, report, actor)
            progress(number - 1)
            ready = []
    await _take_over(kernel, ready, report, actor)
    progress(number - 1)
    report.errors.sort(key=lambda error: error.row)
    return report


def _read(row: Mapping[str, str], seen: set[str]) -> Entry | Sequence[Problem]:
    if None in row:
        return [Problem("", "This row has more cells than the first row has columns.")]
    entry = entry_from(row)
    if not isinstance(entry, Entry):
        return entry
    if entry.registration_number in seen:
        return [Problem("registration_number", "Another row above has this registration number.")]
    seen.add(entry.registration_number)
    return entry


async def _take_over(kernel: Kernel, rows: Sequence[tuple[int, Entry]], report: ImportReport, actor: str) -> None:
    async def work(tx: Transaction) -> ImportReport:
        await store.hold_places(tx.db)
        done = ImportReport()
        known = await store.therapists_registered(tx.db, tx.keys, [entry.registration_number for _, entry in rows])
        points = await store.points_of(tx.db, {entry.outward_code for _, entry in rows})
        for row, entry in rows:
            point = points.get(entry.outward_code)
            present = known.get(entry.registration_number)
            if point is None:
                done.errors.append(RowError(row, "outward_code", "This outward code is not known."))
            elif present is None:
                await add_therapist(tx, entry, point, standing="active")
                done.added += 1
            else:
                await _compare(tx, present, entry.completed_from(present.entry), point, Noted(row, done))
        return done

    if rows:
        done = await kernel.perform(LOCK, work, actor=actor)
        report.added += done.added
        report.changed += done.changed
        report.unchanged += done.unchanged
        report.errors += done.errors


def _said(entry: Entry) -> tuple[int, int, int]:
    return entry.capacity_maximum, entry.capacity_available, entry.session_fee


async def add_therapist(tx: Transaction, entry: Entry, point: Point, *, standing: Standing) -> TherapistId:
    """Take somebody into the register whose registration number it does not have; the caller holds the places."""
    today = london_day(tx.now)
    therapist = Therapist(TherapistId(tx.new_id()), entry, point, standing, 0, today, _said(entry))
    await store.save_therapist(tx.db, tx.keys, therapist, tx.now)
    await add_fee(tx.db, therapist.therapist_id, Fee(today, entry.session_fee, entry.concession_fee))
    tx.emit(TherapistStandingChanged(therapist_id=therapist.therapist_id, standing=therapist.standing))
    tell_capacity(tx, therapist.therapist_id, therapist.capacity)
    await wake_for_therapist(tx, therapist.therapist_id)
    return therapist.therapist_id


async def _compare(tx: Transaction, present: Therapist, entry: Entry, point: Point, noted: Noted) -> None:
    said = _said(entry)
    fee = entry.session_fee if said[2] != present.said_in_file[2] else present.entry.session_fee
    if present.described_like(entry) and present.said_in_file == said:
        noted.report.unchanged += 1
    elif entry.concession_fee is not None and entry.concession_fee >= fee:
        noted.report.errors.append(RowError(noted.row, "concession_fee", "A concession must be lower than the fee."))
    else:
        await _change(tx, present, replace(entry, session_fee=fee), point, said, noted)


async def _change(
    tx: Transaction, present: Therapist, entry: Entry, point: Point, said: tuple[int, int, int], noted: Noted
) -> None:
    before, today = present.capacity, london_day(tx.now)
    capacity: Capacity | Refused = before
    if present.said_in_file[:2] != said[:2]:
        capacity = changed_capacity(before, maximum=said[0], available=said[1], on=today)
    if isinstance(capacity, Refused):
        column = "capacity_maximum" if capacity.code == "capacity-below-open-cases" else "capacity_available"
        noted.report.errors.append(RowError(noted.row, column, capacity.sentence))
        return
    kept = replace(entry, capacity_maximum=capacity.maximum, capacity_available=capacity.available)
    changed = replace(present, entry=kept, point=point, capacity_as_of=capacity.as_of, said_in_file=said)
    await store.save_therapist(tx.db, tx.keys, changed, tx.now)
    fee = Fee(today, entry.session_fee, entry.concession_fee)
    if (fee.session_fee, fee.concession_fee) != (present.entry.session_fee, present.entry.concession_fee):
        await add_fee(tx.db, present.therapist_id, fee)
    if (capacity.maximum, capacity.available) != (before.maximum, before.available):
        tell_capacity(tx, present.therapist_id, capacity)
    await wake_for_therapist(tx, present.therapist_id)
    noted.report.changed += 1


async def import_outcodes(kernel: Kernel, lines: Iterable[str], *, actor: str = "system") -> int:
    """Know the outward codes of this file and no others, all or nothing; gives how many. Raises `Unprocessable`."""
    reader = csv.DictReader(lines)
    points = outcodes_from(reader.fieldnames or (), reader)
    if isinstance(points, NotOutcodes):
        raise Unprocessable("not-outward-codes", points.sentence)

    async def work(tx: Transaction) -> None:
        await store.replace_all(tx.db, points)

    await kernel.perform(LOCK, work, actor=actor)
    return len(points)
