"""How long clients wait, against the targets: figures, a chart, and the table beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.matching import store
from services.matching.domain.clocks import TARGETS, Episode, Figure, Milestone, figure
from services.matching.domain.policy import Policy
from services.matching.domain.working_days import DAY
from shared.db import Record
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
PERIODS = {"30": "the last 30 days", "90": "the last 90 days", "365": "the last year"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One target in the chart: the share reached and the mark of the target, in parts of 100."""

    figure: Figure
    share: int
    mark: int
    median: str


@router.get("/matches/clocks")
async def clocks_page(request: Request, kernel: ThisKernel, _staff: Coordinator, days: str = "90") -> Response:
    """The clocks of everybody who came in a period."""
    days = days if days in PERIODS else "90"
    now = kernel.clock.now()
    since = now - timedelta(days=int(days))
    async with kernel.reading() as db:
        rows = await store.episodes_since(db, since)
        pauses = await store.pauses_since(db, since)
    policy: Policy = cast("Policy", kernel.settings.policy)
    episodes = _episodes(rows, pauses, now)
    figures = [figure(target, episodes, now, policy.working_days) for target in TARGETS]
    return page(
        request,
        "matches/clocks.html",
        bars=[Bar(one, one.per_cent or 0, one.target.per_cent, _in_words(one)) for one in figures],
        count=len(episodes),
        paused=sum(1 for episode in episodes if episode.pauses),
        days=days,
        periods=PERIODS,
    )


def _episodes(rows: list[Record], pauses: list[Record], now: datetime) -> list[Episode]:
    held: dict[object, list[tuple[datetime, datetime]]] = {}
    for pause in pauses:
        held.setdefault(pause["referral_id"], []).append((pause["since"], pause["lifted_at"] or now))
    found = []
    for row in rows:
        reached: dict[Milestone, datetime] = {
            milestone: datetime.fromisoformat(at) for milestone, at in row["reached"].items()
        }
        over = not row["latest"] or row["state"] in ("finished", "closed")
        found.append(Episode(reached, tuple(held.get(row["referral_id"], ())), over))
    return found


def _in_words(one: Figure) -> str:
    if one.median is None:
        return "–"
    if one.target.unit == "weeks":
        return f"{one.median / (7 * DAY):.1f} weeks"
    days = one.median / DAY
    if days >= 1:
        return f"{days:.1f} working days"
    return f"{days * 24:.1f} hours" if days * 24 >= 1 else "under an hour"
