"""The same frozen report as a table for programs and as pages to print: always the same bytes."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from services.funding.domain.reports import OUTCOMES, PEOPLE
from services.funding.store.reports import Report
from services.funding.web.printing import pdf_from
from services.funding.web.report_words import headline
from shared.kernel.spreadsheets import harmless


def csv_of(report: Report) -> str:
    """The figures as CSV, with the hash of the frozen text; what looks like a formula is quoted."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(("section", "item", "value"))
    for section, item, value in _lines(report.content):
        rows.writerow((section, harmless(item), harmless(value)))
    rows.writerow(("snapshot", "sha256", report.sha256))
    return written.getvalue()


def pdf_of(report: Report, page: str) -> bytes:
    """The page for print as PDF; raises Retry where the machine lacks the libraries that lay out text."""
    return pdf_from(page, report.sha256)


def _lines(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name in ("funder", "fund", "from", "until", "published_on", "policy"):
        yield "report", name, str(content[name])
    for number in headline(content):
        yield "numbers", number.label, number.shown
    for name, pence in sorted(content["money"].items()):
        yield "money, pence", name, str(pence)
    yield "sessions", "sessions held", _shown(content["sessions"])
    for section, dimensions in (("people", PEOPLE), ("outcomes", OUTCOMES)):
        frozen = content[section]
        if frozen is None:
            yield section, "all", "left out"
            continue
        yield section, "all", _shown(frozen["all"])
        for one in dimensions:
            for value in one.values:
                yield f"{section}: {one.title}", one.values[value], _shown(frozen["by"][one.code][value])


def _shown(figure: int | str) -> str:
    return str(figure) if isinstance(figure, int) else "hidden"
