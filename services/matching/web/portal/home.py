"""What needs doing today, what comes next, and all of one's clients, by their numbers only."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.matching import store
from services.matching.domain.london import london_day
from services.matching.domain.portal import is_old_number
from services.matching.store import episodes
from services.matching.store.accreditation import accreditation_of
from services.matching.web.portal.access import Signed, ThisKernel
from services.matching.web.words import LOOKUPS, short
from shared.web import page

router = APIRouter(prefix="/portal")
SHOWN_AFTER_END = timedelta(days=90)


@router.get("")
async def home_page(request: Request, kernel: ThisKernel, visitor: Signed) -> Response:
    """The first page."""
    now = kernel.clock.now()
    async with kernel.reading() as db:
        asked = await episodes.offers_open_to(db, visitor.therapist_id)
        cases = await episodes.cases_of_therapist(db, visitor.therapist_id, now - SHOWN_AFTER_END)
        lines = await accreditation_of(db, kernel.keys, visitor.therapist_id, london_day(now))
        therapist = await store.therapist_by_id(db, kernel.keys, visitor.therapist_id)
    running = [row for row in cases if row["state"] in ("accepted", "in-therapy")]
    return page(
        request,
        "portal/home.html",
        visitor=visitor,
        offers=asked if visitor.reach == "everything" else [],
        reach_out=[row for row in running if row["state"] == "accepted" and row["contact_at"] is None],
        to_record=[row for row in running if row["next_at"] is not None and row["next_at"] <= now],
        coming=sorted(
            (row for row in running if row["next_at"] is not None and row["next_at"] > now),
            key=lambda row: row["next_at"],
        ),
        to_book=[
            row
            for row in running
            if row["next_at"] is None and (row["state"] == "in-therapy" or row["contact_at"] is not None)
        ],
        running=running,
        over=[row for row in cases if row not in running],
        papers=[line for line in lines if line.state in ("running-out", "run-out")],
        therapist=therapist,
        old_number=therapist is not None and is_old_number(therapist.capacity_as_of, now.date()),
        short=short,
        words=LOOKUPS,
    )
