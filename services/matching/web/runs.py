"""Match runs, for coordinators: what came of each, what one would do now, and the button that starts it."""

from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.policy import Policy
from services.matching.domain.run_policy import RHYTHMS
from services.matching.handlers import running
from services.matching.web.words import LOOKUPS, short
from shared.kernel.errors import NotFound
from shared.kernel.ids import RunId
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
SHOWN = 100
CAUSES: dict[store.Cause, str] = {"schedule": "Schedule", "staff": "Staff", "woken": "A change that could help several"}


@router.get("/matches/runs")
async def runs_page(request: Request, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """The last runs, and when the next one is."""
    policy: Policy = kernel.settings.policy
    async with kernel.reading() as db:
        runs = await store.latest_runs(db, limit=SHOWN)
        following = await store.run_is_set_for(db, running.MATCH_RUN)
        waiting = len(await store.referrals_for_a_run(db))
    return page(
        request,
        "matches/runs.html",
        runs=runs,
        following=following,
        waiting=waiting,
        rhythm=RHYTHMS[policy.runs.rhythm],
        at_once=policy.runs.at_once if policy.runs.rhythm != "immediate" else (),
        causes=CAUSES,
        words=LOOKUPS,
        short=short,
    )


@router.get("/matches/runs/new")
async def preview_page(request: Request, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """What a run would do now, and the question whether it shall."""
    return page(request, "matches/run_preview.html", preview=await running.preview(kernel), words=LOOKUPS)


@router.post("/matches/runs")
async def run_now(kernel: ThisKernel, staff: Coordinator) -> Response:
    """Place everyone who waits now."""
    run_id = await kernel.perform(running.MATCH_RUN, lambda tx: running.run_match(tx, "staff"), actor=staff.actor)
    return RedirectResponse(f"/matches/runs/{run_id}", 303)


@router.get("/matches/runs/{run_id}")
async def run_page(request: Request, run_id: UUID, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """One run: whom it placed with whom, for what the others wait, and whether it is the best there was."""
    async with kernel.reading() as db:
        run = await store.run_by_id(db, RunId(run_id))
        if run is None:
            raise NotFound("run-unknown", "There is no such match run.")
        outcomes = await store.outcomes_of(db, RunId(run_id))
        names = await store.names_of(db, kernel.keys, {row["therapist_id"] for row in outcomes if row["match_id"]})
    return page(
        request,
        "matches/run.html",
        run=run,
        cause=CAUSES[run.cause],
        placed=[row for row in outcomes if row["match_id"]],
        unplaced=[row for row in outcomes if not row["match_id"]],
        reasons=Counter(row["reason"] for row in outcomes if row["reason"]).most_common(),
        names=names,
        words=LOOKUPS,
        short=short,
    )


@router.get("/matches/runs/{run_id}/again")
async def replay_page(request: Request, run_id: UUID, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """Make a run again from what was kept, and say whether the answer is the same."""
    async with kernel.reading() as db:
        run = await store.run_by_id(db, RunId(run_id))
    if run is None:
        raise NotFound("run-unknown", "There is no such match run.")
    same = await running.made_again(kernel, run.run_id)
    return page(request, "matches/run_again.html", run=run, same=same, short=short)
