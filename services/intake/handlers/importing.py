"""Referrals from a file: every row checked and answered for itself, taken in once, and its errors safe to open."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from services.intake.handlers.professional import ProfessionalReferral, submission_of
from services.intake.handlers.receiving import Arrival, receive
from services.intake.store.imports import imported_before, remember_row
from shared.kernel.errors import BrokenPromise, Conflict
from shared.kernel.ids import ReferralId
from shared.kernel.spreadsheets import harmless
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web.words import problems_in

ROW_ID = "row_id"
_SEVERAL = frozenset({"consents", "languages", "connected", "files"})
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}
_TRUTHS = frozenset({"step_free_access", "may_leave_message"})
COLUMNS = (ROW_ID, *ProfessionalReferral.model_fields)
LARGEST_FIELD = 10_000


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row; `problems` are (column, sentence), and never repeat what the row says."""

    line: int
    row_id: str
    outcome: Literal["imported", "unchanged", "checked", "refused"]
    problems: tuple[tuple[str, str], ...] = ()


async def import_csv(kernel: Kernel, text: str, *, source: str, actor: str, dry_run: bool = False) -> list[RowResult]:
    """Import referrals from CSV text; a row that was imported from `source` before changes nothing.

    Each row has its own transaction: what is good is in, whatever the others are. Raises Conflict on a bad header.
    """
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    header = [name.strip() for name in lines.fieldnames or []]
    unknown = sorted(set(header) - set(COLUMNS))
    if ROW_ID not in header or unknown or len(set(header)) != len(header):
        raise Conflict("header-not-known", f"The first line must name columns out of: {', '.join(COLUMNS)}.")
    results: list[RowResult] = []
    seen: set[str] = set()
    try:
        for row in lines:
            cells = {(name or "").strip(): value for name, value in row.items()}
            results.append(await _import_row(kernel, lines.line_num, cells, seen, _How(source, actor, dry_run)))
    except csv.Error:
        results.append(
            RowResult(lines.line_num, "", "refused", (("", "This line is not good CSV; the rest is not read."),))
        )
    return results


@dataclass(frozen=True, slots=True)
class _How:
    source: str
    actor: str
    dry_run: bool


async def _import_row(kernel: Kernel, line: int, cells: dict[str, Any], seen: set[str], how: _How) -> RowResult:
    row_id = str(cells.pop(ROW_ID, "") or "").strip()
    if not row_id or row_id in seen:
        sentence = "Every row needs an id of its own." if not row_id else "This id stands in an earlier row, too."
        return RowResult(line, row_id, "refused", ((ROW_ID, sentence),))
    seen.add(row_id)
    try:
        asked = ProfessionalReferral.model_validate(_typed(cells))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return RowResult(line, row_id, "refused", tuple(problems_in(found)))
    if how.dry_run:
        return RowResult(line, row_id, "checked")
    try:
        new = await kernel.perform(
            f"import:{how.source}:{row_id}", lambda tx: _take_in(asked, row_id, how.source, tx), actor=how.actor
        )
    except BrokenPromise as refusal:
        return RowResult(line, row_id, "refused", (("", refusal.sentence),))
    return RowResult(line, row_id, "imported" if new else "unchanged")


def _typed(cells: dict[str, Any]) -> dict[str, Any]:
    """The cells as the model takes them: empty ones left out, lists at semicolons, yes and no."""
    typed: dict[str, Any] = {}
    for name, cell in cells.items():
        text = cell.strip() if isinstance(cell, str) else ""
        if not name or len(text) > LARGEST_FIELD:
            typed[name or "extra"] = None
        elif text and name in _SEVERAL:
            typed[name] = tuple(part.strip() for part in text.split(";") if part.strip())
        elif text:
            typed[name] = _YES.get(text.lower(), text) if name in _TRUTHS else text
    return typed


async def _take_in(asked: ProfessionalReferral, row_id: str, source: str, tx: Transaction) -> bool:
    row_hash = tx.keys.lookup_hash("import-row", f"{source}:{row_id}")
    body_hash = tx.keys.lookup_hash("import-body", asked.model_dump_json())
    earlier = await imported_before(tx.db, source, row_hash)
    if earlier is not None:
        if earlier.body_hash != body_hash:
            raise Conflict(
                "row-changed", "This row was imported before and says something else now. Change it on its page."
            )
        return False
    referral_id = ReferralId(tx.new_id())
    asked = asked if asked.reference else asked.model_copy(update={"reference": row_id})
    await receive(submission_of(asked, "import", source), Arrival(referral_id), tx)
    await remember_row(tx.db, source, row_hash, body_hash, referral_id, tx.now)
    return True


def errors_csv(results: Iterable[RowResult]) -> str:
    """The refused rows as CSV; a cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    written = io.StringIO()
    out = csv.writer(written, lineterminator="\r\n")
    out.writerow(["line", ROW_ID, "column", "problem"])
    for result in results:
        for column, sentence in result.problems:
            out.writerow([result.line, harmless(result.row_id), harmless(column), harmless(sentence)])
    return written.getvalue()
