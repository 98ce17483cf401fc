"""A report as one frozen text: what is counted, in which words, and the figures that may be seen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from services.funding.domain.releases import WHOLE, Cell, Period, Release
from services.funding.domain.small_numbers import PRESETS, Figure, Hidden, Shown, SmallNumbers, percent_shown
from services.funding.domain.vocabulary import AGE_WORDS, GROUP_WORDS, REGION_WORDS

NOT_SAID = "not-said"
WAITS = {"to-6-weeks": "up to 6 weeks", "to-18-weeks": "more than 6, up to 18 weeks", "longer": "more than 18 weeks"}


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to count people; its values with their words, in the order in which they are shown."""

    code: str
    title: str
    values: Mapping[str, str]


def _dimension(code: str, title: str, values: Mapping[Any, str], *, may_be_unsaid: bool = True) -> Dimension:
    more = {NOT_SAID: "not said, or not to be counted"} if may_be_unsaid else {}
    return Dimension(code, title, {**values, **more})


PEOPLE: tuple[Dimension, ...] = (
    _dimension("wait", "Time from asking for help to the first session", WAITS, may_be_unsaid=False),
    _dimension("group", "Why they came", GROUP_WORDS),
    _dimension("age", "Age", AGE_WORDS),
    _dimension("gender", "Gender", {"female": "women and girls", "male": "men and boys", "other": "in another way"}),
    _dimension("region", "Region", REGION_WORDS),
    _dimension(
        "source",
        "Who sent them",
        {
            "self": "themselves", "family": "family", "gp": "GP", "social-services": "social services",
            "police": "police", "probation": "probation", "courts": "courts", "education": "education",
            "health": "health", "prison": "prison", "employer": "employer", "other": "somebody else",
        },
    ),
    _dimension(
        "legal-stage",
        "Legal stage",
        {
            "unknown-to-authorities": "unknown to the authorities", "investigated": "under investigation",
            "bail": "on bail", "charged": "charged", "sentenced": "sentenced", "prison": "in prison",
            "released": "released", "none": "none",
        },
    ),
)  # fmt: skip
OUTCOMES: tuple[Dimension, ...] = (
    _dimension(
        "change",
        "What changed, by a questionnaire before and after",
        {
            "recovered": "recovered", "improved": "improved", "unchanged": "about the same",
            "deteriorated": "worse", "not-scored": "not measured",
        },
        may_be_unsaid=False,
    ),
    _dimension(
        "desired",
        "What became of their hopes",
        {"achieved": "reached", "partly": "partly reached", "not": "not reached", NOT_SAID: "not said"},
        may_be_unsaid=False,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Money:
    """Pence: what moved in the period, and how the fund stood at its end.

    `left` went back to the funder or to another fund; what was received in all is less by all that ever left.
    """

    received: int
    left: int
    promised: int
    spent: int
    available_at_end: int
    promised_at_end: int
    spent_in_all: int
    received_in_all: int


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report says; a release that may not be published is None."""

    fund: str
    funder: str
    period: Period
    published_on: date
    policy: SmallNumbers
    money: Money
    sessions: Figure
    people: Release | None
    outcomes: Release | None


def values_of(dimensions: Sequence[Dimension]) -> dict[str, tuple[str, ...]]:
    """Every value of every dimension, as counting needs them."""
    return {one.code: tuple(one.values) for one in dimensions}


def wait_band(days: int) -> str:
    """In which band of waiting so many days lie."""
    return "to-6-weeks" if days <= 42 else "to-18-weeks" if days <= 126 else "longer"


def snapshot_of(content: Content, before: Mapping[str, Any] | None) -> str:
    """The frozen text: the same content gives the same bytes; `before` is the report of the period just before."""
    made = {
        "report": 1,
        "fund": content.fund,
        "funder": content.funder,
        "from": content.period.start.isoformat(),
        "until": content.period.end.isoformat(),
        "published_on": content.published_on.isoformat(),
        "policy": content.policy.name,
        "money": {name: getattr(content.money, name) for name in Money.__dataclass_fields__},
        "sessions": _frozen(content.sessions),
        "people": _frozen_release(content.people),
        "outcomes": _frozen_release(content.outcomes),
    }
    made["numbers"] = headline_of(made)
    made["numbers_before"] = before["numbers"] if before else None
    return json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(snapshot: str) -> str:
    """SHA-256 of the frozen text, in hexadecimal."""
    return sha256(snapshot.encode()).hexdigest()


def release_in(snapshot: Mapping[str, Any], name: str) -> Release | None:
    """What a frozen report published of `people` or `outcomes`, for the next report to be judged against."""
    frozen = snapshot[name]
    if frozen is None:
        return None
    figures = {WHOLE: figure_in(frozen["all"])}
    for dimension, values in frozen["by"].items():
        figures.update({(dimension, value): figure_in(found) for value, found in values.items()})
    period = Period(date.fromisoformat(snapshot["from"]), date.fromisoformat(snapshot["until"]))
    return Release(period, PRESETS[snapshot["policy"]], figures)


def figure_in(frozen: int | str) -> Figure:
    """A figure as it was frozen."""
    return Shown(frozen) if isinstance(frozen, int) else Hidden(primary=frozen == "small")


def headline_of(made: Mapping[str, Any]) -> dict[str, int | None]:
    """The six numbers on top; None where one is hidden. The last three are per cent of published figures."""
    people = figure_in(made["people"]["all"]) if made["people"] else Hidden()
    sessions = figure_in(made["sessions"])
    return {
        "people": people.value if isinstance(people, Shown) else None,
        "sessions": sessions.value if isinstance(sessions, Shown) else None,
        "promised": made["money"]["promised"],
        "soon": _share(made["people"], (("wait", "to-6-weeks"),)),
        "better": _share(made["outcomes"], (("change", "recovered"), ("change", "improved"))),
        "hopes": _share(made["outcomes"], (("desired", "achieved"), ("desired", "partly"))),
    }


def _share(frozen: Mapping[str, Any] | None, cells: Sequence[Cell]) -> int | None:
    if frozen is None:
        return None
    parts = [figure_in(frozen["by"][dimension][value]) for dimension, value in cells]
    if any(isinstance(part, Hidden) for part in parts):
        return None
    return percent_shown(Shown(sum(part.value for part in parts if isinstance(part, Shown))), figure_in(frozen["all"]))


def _frozen(figure: Figure) -> int | str:
    if isinstance(figure, Shown):
        return figure.value
    return "small" if figure.primary else "beside-small"


def _frozen_release(made: Release | None) -> dict[str, Any] | None:
    if made is None:
        return None
    by: dict[str, dict[str, int | str]] = {}
    for (dimension, value), figure in made.figures.items():
        if (dimension, value) != WHOLE:
            by.setdefault(dimension, {})[value] = _frozen(figure)
    return {"all": _frozen(made.figures[WHOLE]), "by": by}
