"""The same frozen report as a table for programs and as pages to print: always the same bytes."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from services.funding.domain.reports import OUTCOMES, PEOPLE
from services.funding.store.reports import Report
from services.funding.web.report_words import headline
from shared.kernel.errors import Retry
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
    """The page for print as PDF; nothing is fetched from anywhere, and neither a clock nor chance goes into it.

    Raises Retry where the machine lacks the libraries that lay out text.
    """
    try:
        # They are the system's and not Python's: without them everything but printing works.
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError as error:
        raise Retry("printing-not-possible", "Printing needs Pango, which is not installed on this machine.") from error

    class Nowhere(URLFetcher):  # type: ignore[misc]
        """Refuses every address: all that is printed stands in the page itself."""

        def fetch(self, *_asked: object) -> object:
            """Raise ValueError."""
            raise ValueError("a report is made from its frozen text alone")

    made: bytes = HTML(string=page, url_fetcher=Nowhere()).write_pdf(pdf_identifier=report.sha256[:32].encode())
    return made


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
