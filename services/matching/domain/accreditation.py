"""How a therapist stands with every credential on a day: what holds until when, what runs out, what has run out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.matching.domain.credentials import KIND_WORDS, KINDS, Credential, CredentialKind, Requirement

LineState = Literal["in-date", "running-out", "run-out", "not-verified"]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of credential of one therapist; without `until`, what was shown holds for good, or nothing was."""

    kind: CredentialKind
    requirement: Requirement
    state: LineState
    until: date | None = None
    credential: Credential | None = None

    @property
    def words(self) -> str:
        """The kind as people read it."""
        return KIND_WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Notice:
    """A therapist is to be told that something runs out; `days` is the notice that is due."""

    kind: CredentialKind
    until: date
    days: int


def accreditation(
    requirements: Iterable[Requirement], credentials: Iterable[Credential], supervised_until: date | None, today: date
) -> tuple[Line, ...]:
    """A line for every kind that is required; of several credentials of a kind, the one that holds longest counts."""
    best = _longest(credentials)
    lines = []
    for requirement in requirements:
        if not requirement.required:
            continue
        kind = requirement.kind
        if kind == "specialist-supervision":
            state = _state(supervised_until, requirement, today) if supervised_until else "not-verified"
            lines.append(Line(kind, requirement, state, supervised_until))
        elif kind in best:
            until = best[kind].evidence.expires_on
            lines.append(Line(kind, requirement, _state(until, requirement, today), until, best[kind]))
        else:
            lines.append(Line(kind, requirement, "not-verified"))
    return tuple(sorted(lines, key=lambda line: KINDS.index(line.kind)))


def run_out(lines: Iterable[Line]) -> tuple[Line, ...]:
    """What was shown once and holds no more: the cause of a lapse. What was never shown is none."""
    return tuple(line for line in lines if line.state == "run-out")


def missing_for_activation(lines: Iterable[Line]) -> tuple[Line, ...]:
    """What keeps somebody new from becoming active; supervision is counted only once they work."""
    return tuple(
        line for line in lines if line.state in ("run-out", "not-verified") and line.kind != "specialist-supervision"
    )


def lapse_sentence(lines: Iterable[Line]) -> str:
    """Why a standing lapsed, in words for the history."""
    parts = [f"{line.words} ran out on {line.until.day} {line.until:%B %Y}" for line in lines if line.until]
    return f"{'; '.join(parts)}." if parts else ""


def warnings_due(
    lines: Iterable[Line], given: Mapping[tuple[CredentialKind, date], int], today: date
) -> tuple[Notice, ...]:
    """The warnings to give now: of each credential the tightest notice that has begun, unless it was given already."""
    due = []
    for line in lines:
        if line.until is None or line.state == "run-out":
            continue
        begun = [days for days in line.requirement.warn_days if line.until - timedelta(days=days) <= today]
        if begun and min(begun) < given.get((line.kind, line.until), max(begun) + 1):
            due.append(Notice(line.kind, line.until, min(begun)))
    return tuple(due)


def next_look_on(lines: Iterable[Line], today: date) -> date | None:
    """The next day on which something begins to run out, or has run out; None where nothing ever does."""
    days = [
        day
        for line in lines
        if line.until is not None
        for day in (
            line.until + timedelta(days=1),
            *(line.until - timedelta(days=notice) for notice in line.requirement.warn_days),
        )
        if day > today
    ]
    return min(days, default=None)


def _longest(credentials: Iterable[Credential]) -> dict[CredentialKind, Credential]:
    best: dict[CredentialKind, Credential] = {}
    for credential in credentials:
        known = best.get(credential.evidence.kind)
        if known is None or _end(credential) > _end(known):
            best[credential.evidence.kind] = credential
    return best


def _end(credential: Credential) -> date:
    return credential.evidence.expires_on or date.max


def _state(until: date | None, requirement: Requirement, today: date) -> LineState:
    if until is None:
        return "in-date"
    if today > until:
        return "run-out"
    soon = max(requirement.warn_days, default=0)
    return "running-out" if soon and until - timedelta(days=soon) <= today else "in-date"
