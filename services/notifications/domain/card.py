"""A referral's card: which column it stands in, what it waits for and what is due next, from what was said."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.notifications.domain.facts import IntakeSays, Said

Column = Literal["new", "triage", "matching", "offered", "accepted", "in-therapy", "waiting", "closed"]
COLUMNS: tuple[Column, ...] = ("new", "triage", "waiting", "matching", "offered", "accepted", "in-therapy", "closed")
"""In the order in which the board shows them."""

DeadlineKind = Literal["concern", "decision", "reply", "contact", "next-look"]
Flag = Literal[
    "concern", "escalated", "message", "consent-withdrawn", "turned-down", "no-money", "more-information", "unreached",
    "given-up",
    "stalled", "approval", "not-approved",
]  # fmt: skip

URGENCY = {"immediate": 1, "urgent": 2, "routine": 3}
CLOSING_OUTCOMES = frozenset({"not-suitable", "signposted"})
SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Standing:
    """A column, and the reason where it is one of waiting or closed."""

    column: Column
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """What must happen next, and by when."""

    kind: DeadlineKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """What the board shows of one referral, beside the coarse profile that came with it."""

    column: Column
    reason: str | None
    priority: str
    since: datetime
    deadline: Deadline | None
    flags: tuple[Flag, ...]
    open_concerns: int
    concern_due: datetime | None
    therapist_id: str | None
    shortfall: int

    @property
    def urgency(self) -> int:
        """The order within a column: an open concern first, then by priority."""
        return 0 if self.open_concerns else URGENCY[self.priority]


def card_of(said: Said) -> Card:
    """The card; the same for every order of arrival that keeps each speaker's own order."""
    standing = standing_of(said)
    since = said.intake.received_at or said.first_at
    if since is None:
        raise ValueError("nothing has been said about this referral")
    concerns = said.intake.concerns
    return Card(
        column=standing.column,
        reason=standing.reason,
        priority=said.intake.priority,
        since=since,
        deadline=_deadline(said, standing),
        flags=_flags(said, standing),
        open_concerns=len(concerns),
        concern_due=min((one.act_by for one in concerns if not one.acknowledged), default=None),
        therapist_id=said.matching.therapist_id,
        shortfall=said.funding.shortfall,
    )


def standing_of(said: Said) -> Standing:
    """Closed is the last word; then therapy, then what triage decided, then where matching and the money are."""
    intake, matching = said.intake, said.matching
    if intake.closed_because is not None:
        return Standing("closed", intake.closed_because)
    match matching.stage:
        case "ended":
            return Standing("closed", "therapy-ended")
        case "in-therapy":
            return Standing("in-therapy")
        case "accepted":
            return Standing("accepted")
        case _:
            pass
    if intake.outcome is not None and intake.outcome != "suitable":
        return _not_suitable(intake.outcome)
    return _on_the_way(said)


def _on_the_way(said: Said) -> Standing:
    matching = said.matching
    match matching.stage:
        case "triage":
            return Standing("triage")
        case "offered":
            return Standing("offered")
        case "waiting":
            return _waiting(said)
        case "proposed" if _without_money(said):
            return Standing("waiting", "no-money")
        case "proposed" | "looking":
            return Standing("matching")
        case _:
            return _at_intake(said.intake)


def _without_money(said: Said) -> bool:
    funding = said.funding
    return funding.match_id == said.matching.match_id and (funding.money == "short" or funding.approval == "refused")


def _not_suitable(outcome: str) -> Standing:
    if outcome in CLOSING_OUTCOMES:
        return Standing("closed", outcome)
    return Standing("waiting", "client-not-ready") if outcome == "not-ready" else Standing("triage")


def _waiting(said: Said) -> Standing:
    matching, funding = said.matching, said.funding
    money_came = funding.money in ("granted", "not-needed") and funding.match_id == matching.match_id
    if matching.wait_reason == "no-money" and money_came:
        return Standing("matching")
    return Standing("waiting", matching.wait_reason)


def _at_intake(intake: IntakeSays) -> Standing:
    if intake.outcome == "suitable":
        return Standing("matching")
    return Standing("triage" if intake.concern_ever else "new")


def _deadline(said: Said, standing: Standing) -> Deadline | None:
    concern = min((one.act_by for one in said.intake.concerns if not one.acknowledged), default=None)
    if concern is not None:
        return Deadline("concern", concern)
    match standing.column:
        case "new" if said.intake.received_at is not None:
            return Deadline("decision", next_working_day(said.intake.received_at))
        case "offered" if said.matching.reply_by is not None:
            return Deadline("reply", said.matching.reply_by)
        case "accepted" if said.matching.contact_by is not None:
            return Deadline("contact", said.matching.contact_by)
        case "waiting" if said.matching.next_look_at is not None and said.matching.stage == "waiting":
            return Deadline("next-look", said.matching.next_look_at)
        case _:
            return None


def _flags(said: Said, standing: Standing) -> tuple[Flag, ...]:
    intake, refused = said.intake, said.funding.approval == "refused"
    raised: dict[Flag, bool] = {
        "concern": bool(intake.concerns),
        "escalated": any(one.level > 0 for one in intake.concerns),
        "consent-withdrawn": intake.consent_withdrawn and standing.column != "closed",
        "message": intake.message_waits,
        "unreached": said.ours.unreached and standing.column != "closed",
        "more-information": standing.column == "triage" and intake.outcome == "more-information",
        "no-money": said.funding.money == "short" and not refused and standing.column != "closed",
        "approval": said.funding.approval == "wanted" and standing.column != "closed",
        "not-approved": refused and standing.column in ("matching", "waiting"),
        "stalled": said.matching.stalled and standing.column == "offered",
        "given-up": said.matching.given_up and standing.column != "closed",
        "turned-down": said.matching.turned_down > 0 and standing.column in ("matching", "waiting", "offered"),
    }
    return tuple(flag for flag, up in raised.items() if up)


def next_working_day(moment: datetime) -> datetime:
    """The same time one working day later; what comes in at the weekend counts as come in on Monday."""
    days = {4: 3, 5: 3, 6: 2}.get(moment.weekday(), 1)
    return moment + timedelta(days=days)
