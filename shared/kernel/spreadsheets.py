"""Writes tables for spreadsheets in which no cell can run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


def harmless(cell: object) -> str:
    """A cell as text; what a spreadsheet could run as a formula begins with an apostrophe."""
    text = "" if cell is None else str(cell)
    could_run = any(start.startswith(STARTS_A_FORMULA) for start in (text, text.lstrip(" "), text.lstrip()))
    return f"'{text}" if could_run else text


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV, with a mark by which spreadsheets know that it is UTF-8."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + written.getvalue()
