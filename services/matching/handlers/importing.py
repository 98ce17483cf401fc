"""Takes therapists and outward codes over from files; wrong rows are named, and the others still count."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.matching import store
from services.matching.domain.credentials import Evidence
from services.matching.domain.evidence_columns import WrongCell, evidence_from
from services.matching.domain.outcodes import NotOutcodes, outcodes_from
from services.matching.domain.registration import COLUMNS, Problem, entry_from
from services.matching.domain.therapists import Entry
from services.matching.handlers.joining import Described, join, write_anew
from shared.kernel.errors import Unprocessable
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
class Row:
    """A row that can be read, by its number in the file."""

    number: int
    entry: Entry
    evidence: tuple[Evidence, ...]


async def import_therapists(
    kernel: Kernel, lines: Iterable[str], *, actor: str = "system", progress: Callable[[int], None] = lambda _: None
) -> ImportReport:
    """Take therapists over from CSV: one registration number is one therapist, however often the file is read.

    New therapists become active, unless credentials are required that the file does not show. `progress` is called
    with the number of rows done so far. Raises `Unprocessable` where the heading lacks a column.
    """
    reader = csv.DictReader(lines, restval="")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise Unprocessable("columns-missing", f"The first row must name these columns too: {', '.join(missing)}.")
    report = ImportReport()
    seen: set[str] = set()
    ready: list[Row] = []
    number = 1
    for number, row in enumerate(reader, start=2):
        read = _read(number, row, seen)
        if isinstance(read, Row):
            ready.append(read)
        else:
            report.errors += [RowError(number, problem.column, problem.sentence) for problem in read]
        if len(ready) == ROWS_AT_ONCE:
            await _take_over(kernel, ready, report, actor)
            progress(number - 1)
            ready = []
    await _take_over(kernel, ready, report, actor)
    progress(number - 1)
    report.errors.sort(key=lambda error: error.row)
    return report


def _read(number: int, row: Mapping[str, str], seen: set[str]) -> Row | Sequence[Problem | WrongCell]:
    if None in row:
        return [Problem("", "This row has more cells than the first row has columns.")]
    entry = entry_from(row)
    if not isinstance(entry, Entry):
        return entry
    if entry.registration_number in seen:
        return [Problem("registration_number", "Another row above has this registration number.")]
    evidence = evidence_from(row)
    wrong = [cell for cell in evidence if isinstance(cell, WrongCell)]
    if wrong:
        return wrong
    seen.add(entry.registration_number)
    return Row(number, entry, tuple(given for given in evidence if isinstance(given, Evidence)))


async def _take_over(kernel: Kernel, rows: Sequence[Row], report: ImportReport, actor: str) -> None:
    async def work(tx: Transaction) -> ImportReport:
        await store.hold_places(tx.db)
        done = ImportReport()
        known = await store.therapists_registered(tx.db, tx.keys, [row.entry.registration_number for row in rows])
        points = await store.points_of(tx.db, {row.entry.outward_code for row in rows})
        for row in rows:
            point = points.get(row.entry.outward_code)
            if point is None:
                done.errors.append(RowError(row.number, "outward_code", "This outward code is not known."))
                continue
            described = Described(row.entry, point, row.evidence)
            present = known.get(row.entry.registration_number)
            outcome = await write_anew(tx, present, described) if present else await join(tx, described)
            if isinstance(outcome, tuple):
                done.errors += [RowError(row.number, cell.column, cell.sentence) for cell in outcome]
                done.added += not outcome
            else:
                done.changed += outcome
                done.unchanged += not outcome
        return done

    if rows:
        done = await kernel.perform(LOCK, work, actor=actor)
        report.added += done.added
        report.changed += done.changed
        report.unchanged += done.unchanged
        report.errors += done.errors


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
