"""The second count: plain arithmetic over what was recorded, without any of the queries behind the reports."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from deploy.simulation.accounts.record import Answered, Gave, Heard, Moved, Record
from shared.events.intake import ConsentWithdrawn, ReferralClosed, ReferralTriaged
from shared.events.matching import (
    OfferAccepted,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    TherapyStarted,
)
from shared.events.sealed import MeansProfile
from shared.kernel.regions import region_of

LONDON = ZoneInfo("Europe/London")
YEARLY_FEE = 50_00
COMING = ("receive", "transfer-in")
LEAVING = ("transfer-out", "give-back")
LABELS = ("group", "age", "gender", "region", "source", "legal-stage")


def london(moment: datetime) -> date:
    """The day it was in London."""
    return moment.astimezone(LONDON).date()


@dataclass(frozen=True, slots=True)
class Someone:
    """A client as the second count knows them at a moment."""

    received_on: date
    profile: MeansProfile | None
    counted: bool


@dataclass(slots=True)
class Recount:
    """What follows from what happened, without money: sessions held, as what people count, and how therapies went."""

    people: dict[UUID, Someone] = field(default_factory=dict)
    sessions: dict[UUID, SessionAttended] = field(default_factory=dict)
    labels: dict[UUID, dict[str, str] | None] = field(default_factory=dict)
    clients: dict[UUID, UUID] = field(default_factory=dict)
    began: dict[UUID, Answered] = field(default_factory=dict)
    outcomes: dict[UUID, tuple[date, str, str]] = field(default_factory=dict)
    given: Counter[tuple[UUID, date]] = field(default_factory=Counter)
    moved: Counter[tuple[UUID, date]] = field(default_factory=Counter)
    owing: set[tuple[UUID, int]] = field(default_factory=set)

    def happened(self, what: Heard | Gave | Moved | Answered) -> None:
        """Take in one thing."""
        match what:
            case Gave():
                self.given[what.fund_id, london(what.at)] += what.amount
            case Moved():
                self.moved[what.from_fund, london(what.at)] -= what.amount
                self.moved[what.to_fund, london(what.at)] += what.amount
            case Answered():
                self._answered(what)
            case Heard():
                self._heard(what)

    def _heard(self, heard: Heard) -> None:
        match heard.event:
            case ReferralTriaged() as event:
                told = heard.profile
                counted = told is not None and "statistics" in told.consents
                self.people[event.referral_id] = Someone(london(event.received_at), told, counted)
            case ReferralClosed() as event:
                self.people[event.referral_id] = replace(self.people[event.referral_id], profile=None)
            case ConsentWithdrawn() as event:
                self._withdrawn(event)
            case OfferAccepted() as event:
                self.owing.add((event.therapist_id, london(heard.at).year))
            case TherapyStarted() as event:
                self.clients[event.match_id] = event.referral_id
                self.labels[event.match_id] = _labels_of(self.people[event.referral_id])
            case SessionAttended() as event:
                self.sessions.setdefault(event.session_id, event)
            case SessionMissed() | SessionCancelled() as event:
                self.sessions.pop(event.session_id, None)
            case _:
                pass

    def _withdrawn(self, event: ConsentWithdrawn) -> None:
        own = [match for match, client in self.clients.items() if client == event.referral_id]
        if event.purpose == "statistics":
            self.people[event.referral_id] = replace(self.people[event.referral_id], counted=False)
            self.labels.update(dict.fromkeys(own))
        elif event.purpose == "evaluation":
            for match in own:
                self.began.pop(match, None)
                self.outcomes.pop(match, None)

    def _answered(self, answered: Answered) -> None:
        forms = answered.forms
        if answered.moment == "start":
            self.began[answered.match_id] = answered
            about = {**forms.get("about-you", {}), **forms.get("about-you-young", {})}
            labels = self.labels.get(answered.match_id)
            if labels is not None and "gender" in about:
                labels["gender"] = about["gender"]
        elif answered.moment == "end":
            first = self.began.get(answered.match_id)
            change = _change(first.forms if first else {}, forms)
            hopes = forms.get("your-hopes", {}).get("desired", "not-said")
            self.outcomes[answered.match_id] = (london(answered.at), change, hopes)


def recount(record: Record) -> Recount:
    """Everything that happened, once from the beginning to the end."""
    found = Recount()
    for what in record.happened:
        found.happened(what)
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report says about a fund and a period, before anything is hidden or rounded."""

    money: Mapping[str, int]
    sessions: int
    people: Counter[tuple[str, str]]
    outcomes: Counter[tuple[str, str]]


def figures_of(record: Record, known: Recount, fund_id: UUID, start: date, end: date) -> Figures:
    """One fund from a day up to, not including, another."""
    lines = [line for line in record.lines if line["fund_id"] == fund_id]
    committed = {line["match_id"] for line in lines if line["kind"] == "commit"}
    sessions = [one for one in known.sessions.values() if one.match_id in committed]
    first: dict[UUID, SessionAttended] = {}
    for one in sorted(sessions, key=lambda one: (one.held_on, one.number)):
        first.setdefault(one.referral_id, one)
    people: Counter[tuple[str, str]] = Counter()
    for one in first.values():
        if start <= one.held_on < end:
            waited = (one.held_on - known.people[one.referral_id].received_on).days
            band = "to-6-weeks" if waited <= 42 else "to-18-weeks" if waited <= 126 else "longer"
            labels = known.labels.get(one.match_id) or {}
            people.update((name, labels.get(name, "not-said")) for name in LABELS)
            people["wait", band] += 1
            people["", ""] += 1
    outcomes: Counter[tuple[str, str]] = Counter()
    for match, (on, change, hopes) in known.outcomes.items():
        if match in committed and start <= on < end:
            outcomes.update({"change": change, "desired": hopes}.items())
            outcomes["", ""] += 1
    return Figures(_money(lines, start, end), sum(start <= one.held_on < end for one in sessions), people, outcomes)


def _money(lines: Iterable[Mapping[str, Any]], start: date, end: date) -> dict[str, int]:
    stood: Counter[str] = Counter()
    moved: Counter[str] = Counter()
    for line in lines:
        day, account, amount = london(line["happened_at"]), line["account"], line["amount"]
        if day < end:
            stood[account] += amount
        if start <= day < end:
            moved["spent"] += amount if account == "spent" else 0
            moved["received"] += -amount if line["kind"] in COMING and account == "received" else 0
            moved["left"] += amount if line["kind"] in LEAVING and account == "received" else 0
            moved["promised"] += amount if line["kind"] == "commit" and account == "committed" else 0
    return {
        **{name: moved[name] for name in ("received", "left", "promised", "spent")},
        "available_at_end": stood["available"],
        "promised_at_end": stood["reserved"] + stood["committed"],
        "spent_in_all": stood["spent"],
        "received_in_all": -stood["received"],
    }


def _labels_of(someone: Someone) -> dict[str, str] | None:
    told = someone.profile
    if told is None or not someone.counted:
        return None
    return {
        "group": told.client_group,
        "age": told.age_band,
        "region": region_of(told.outward_code) or "not-said",
        "source": told.source or "not-said",
        "legal-stage": told.legal_stage or "not-said",
    }


def _change(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> str:
    """PHQ-9: six points are a change, and below ten is no case; those who were not asked it are not measured."""
    if "phq-9" not in before or "phq-9" not in after:
        return "not-scored"
    was, now = (sum(int(given) for given in forms["phq-9"].values()) for forms in (before, after))
    if now - was >= 6:
        return "deteriorated"
    if was - now < 6:
        return "unchanged"
    return "recovered" if was >= 10 > now else "improved"
