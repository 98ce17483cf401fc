"""Whether offers are accepted as often and clients wait as long whoever they are, as charts with their tables."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.matching.domain.figures import DIMENSIONS, Estimate, Group, groups_of, quarter_of
from services.matching.domain.london import london_day
from services.matching.domain.vocabulary import AGE_WORDS, GROUP_WORDS
from services.matching.store.figures import figures_since
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
WIDTH, ROW = 240, 38
TITLES = {"region": "Region", "client-group": "Client group", "age-band": "Age", "payer": "Who pays"}
VALUES: dict[str, str] = {"self-payer": "Pays the whole fee", "subsidised": "With help, or not sure"}
VALUES.update({str(code): words for code, words in GROUP_WORDS.items()})
VALUES.update({str(code): words for code, words in AGE_WORDS.items()})


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart in its units: the point, and the interval around it."""

    label: str
    y: int
    at: float
    low: float
    high: float
    differs: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one estimate for every group that may be shown; `most` is what its whole width means."""

    bars: tuple[Bar, ...]
    most: float
    height: int


@router.get("/matches/fairness")
async def fairness_page(request: Request, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """The last four quarters and this one, by one thing at a time."""
    today = quarter_of(london_day(kernel.clock.now()))
    since = date(today.year - 1, today.month, 1)
    async with kernel.reading() as db:
        figures = await figures_since(db, since)
    sections = []
    for dimension in DIMENSIONS:
        groups = groups_of(figure for figure in figures if figure.dimension == dimension)
        acceptance = _chart([(group, group.acceptance) for group in groups], most=100)
        longest = max((group.wait.high for group in groups if group.wait), default=1)
        waits = _chart([(group, group.wait) for group in groups], most=max(1, longest))
        sections.append((dimension, TITLES[dimension], groups, acceptance, waits))
    return page(request, "matches/fairness.html", sections=sections, since=since, label=_label, width=WIDTH)


def _label(value: str) -> str:
    return VALUES.get(value, value.replace("-", " ")).capitalize()


def _chart(estimates: list[tuple[Group, Estimate | None]], *, most: float) -> Chart:
    shown = [(group, estimate) for group, estimate in estimates if estimate]
    bars = tuple(
        Bar(
            _label(group.value),
            place * ROW,
            round(WIDTH * estimate.value / most, 1),
            round(WIDTH * estimate.low / most, 1),
            round(WIDTH * estimate.high / most, 1),
            estimate.differs,
        )
        for place, (group, estimate) in enumerate(shown)
    )
    return Chart(bars, most, ROW * len(bars))
