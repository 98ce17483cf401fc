"""The register as a list: found by what is typed, which never becomes part of an address, and taken away as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.matching import store
from services.matching.domain.accreditation import Line
from services.matching.domain.answering import Answering
from services.matching.domain.london import london_day
from services.matching.domain.register_policy import RegisterPolicy
from services.matching.domain.standings import STANDINGS
from services.matching.domain.therapists import Therapist
from services.matching.store.accreditation import accreditation_of_all
from services.matching.store.answering import answering_of_all, open_cases
from services.matching.web.therapists.access import Reader, Registrar, ThisKernel
from services.matching.web.words import LOOKUPS
from shared.kernel.ids import TherapistId
from shared.kernel.money import pounds
from shared.kernel.spreadsheets import as_csv
from shared.messaging.kernel import Kernel
from shared.web import page, read_form

router = APIRouter()
SHOWN = 200
VIEWS = {
    "": "Everybody",
    "running-out": "Running out",
    "lapsed-with-cases": "Lapsed with open cases",
    "not-verified": "Not verified",
    "stale": "Stale places",
    "fees": "Owing a fee",
}


class Search(BaseModel):
    """What somebody typed to find a therapist."""

    q: str = Field("", max_length=100)
    standing: str = Field("", max_length=20)
    show: str = Field("", max_length=30)


@dataclass(frozen=True, slots=True)
class Row:
    """A therapist as the list shows them."""

    therapist: Therapist
    lines: tuple[Line, ...]
    answering: Answering
    cases: int
    stale: bool

    @property
    def views(self) -> frozenset[str]:
        """The views in which this row is found."""
        states = {line.state for line in self.lines}
        working = self.therapist.standing in ("approved", "active", "paused")
        found = {
            "running-out": working and "running-out" in states,
            "lapsed-with-cases": self.therapist.standing == "lapsed" and self.cases > 0,
            "not-verified": working and "not-verified" in states,
            "stale": working and self.stale,
            "fees": self.therapist.fees_overdue,
        }
        return frozenset({"", *(view for view, shown in found.items() if shown)})

    @property
    def soonest(self) -> Line | None:
        """What has run out or runs out next, if anything is about to."""
        pressing = [line for line in self.lines if line.state in ("run-out", "running-out")]
        return min(pressing, key=lambda line: line.until or date.max, default=None)


@router.get("/therapists")
async def therapists_page(
    request: Request, kernel: ThisKernel, _staff: Reader, standing: str = "", show: str = ""
) -> Response:
    """The register by standing and by what needs somebody's attention."""
    return await _list(request, kernel, Search(standing=standing[:20], show=show[:30]))


@router.post("/therapists")
async def find_therapists(request: Request, kernel: ThisKernel, _staff: Reader) -> Response:
    """The register searched by name, number or area; what is typed stays out of addresses and logs."""
    form = await read_form(request, Search)
    return await _list(request, kernel, form.model or Search())


@router.get("/therapists/export.csv")
async def export(kernel: ThisKernel, _staff: Registrar, standing: str = "", show: str = "") -> Response:
    """The list as a spreadsheet, in which no cell can run as a formula."""
    today = london_day(kernel.clock.now())
    rows = [row for row in await _rows(kernel, today) if _fits(row, Search(standing=standing[:20], show=show[:30]))]
    kinds = [line.words for line in rows[0].lines] if rows else []
    heading = (
        "Registration", "Name", "E-mail", "Standing", "Area", "Radius km", "Online", "Fee", "Concession",
        "Places", "Free", "As of", "Open cases", "Owes a fee", "Verified on", "Answers", "Declines", *kinds,
    )  # fmt: skip
    body = as_csv(heading, [_cells(row) for row in rows])
    headers = {"Content-Disposition": 'attachment; filename="therapists.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


async def _list(request: Request, kernel: Kernel, search: Search) -> Response:
    rows = await _rows(kernel, london_day(kernel.clock.now()))
    found = [row for row in rows if _fits(row, search)]
    return page(
        request,
        "therapists/list.html",
        rows=found[:SHOWN],
        count=len(found),
        total=len(rows),
        free=sum(row.therapist.entry.capacity_available for row in found if row.therapist.standing == "active"),
        views=[(code, words, sum(code in row.views for row in rows)) for code, words in VIEWS.items()],
        search=search,
        standing=search.standing if search.standing in STANDINGS else "",
        show=search.show if search.show in VIEWS else "",
        words=LOOKUPS,
    )


async def _rows(kernel: Kernel, today: date) -> Sequence[Row]:
    policy: RegisterPolicy = kernel.settings.register_policy
    async with kernel.reading() as db:
        everyone = await store.all_therapists(db, kernel.keys)
        lines = await accreditation_of_all(db, today)
        answers = await answering_of_all(db)
        cases: Mapping[TherapistId, int] = await open_cases(db)
    return [
        Row(
            one,
            lines.get(one.therapist_id, ()),
            answers.get(one.therapist_id, Answering()),
            cases.get(one.therapist_id, 0),
            policy.is_stale(one.capacity_as_of, today),
        )
        for one in everyone
    ]


def _fits(row: Row, search: Search) -> bool:
    entry = row.therapist.entry
    searched = f"{entry.name} {entry.registration_number} {entry.outward_code}".casefold()
    standing = search.standing if search.standing in STANDINGS else ""
    show = search.show if search.show in VIEWS else ""
    return search.q.strip().casefold() in searched and standing in ("", row.therapist.standing) and show in row.views


def _cells(row: Row) -> Sequence[object]:
    one, entry = row.therapist, row.therapist.entry
    return (
        entry.registration_number,
        entry.name,
        entry.email,
        one.standing,
        entry.outward_code,
        entry.radius_km,
        "yes" if entry.online else "no",
        pounds(entry.session_fee),
        pounds(entry.concession_fee) if entry.concession_fee is not None else "",
        entry.capacity_maximum,
        entry.capacity_available,
        one.capacity_as_of,
        row.cases,
        "yes" if one.fees_overdue else "no",
        one.verified_on,
        row.answering.asked,
        row.answering.words,
        *(line.until or line.state for line in row.lines),
    )
