"""What each of the other services has said about one referral, folded in the order in which it said it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from services.notifications.domain.money import FundingSays, hear_of_money

Stage = Literal["none", "looking", "proposed", "waiting", "offered", "accepted", "in-therapy", "triage", "ended"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One event as the board needs it: `kind` is its type without the version, `sequence` counts within speaker."""

    kind: str
    sequence: int
    at: datetime
    details: Mapping[str, Any]

    @property
    def speaker(self) -> str:
        """The service that said it."""
        return self.kind.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Concern:
    """A safeguarding concern that is not closed."""

    concern_id: str
    act_by: datetime
    level: int = 0
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class IntakeSays:
    """Where the referral stands with intake."""

    sequence: int = 0
    received_at: datetime | None = None
    source: str | None = None
    outcome: str | None = None
    priority: str = "routine"
    closed_because: str | None = None
    concerns: tuple[Concern, ...] = ()
    concern_ever: bool = False
    consent_withdrawn: bool = False
    message_waits: bool = False


@dataclass(frozen=True, slots=True)
class MatchingSays:
    """Where the referral stands with matching."""

    sequence: int = 0
    stage: Stage = "none"
    match_id: str | None = None
    therapist_id: str | None = None
    wait_reason: str | None = None
    next_look_at: datetime | None = None
    reply_by: datetime | None = None
    turned_down: int = 0
    stalled: bool = False
    given_up: bool = False
    contact_by: datetime | None = None
    """Until when a therapist who accepted should have reached the client; None once they have."""


@dataclass(frozen=True, slots=True)
class WeSay:
    """What became of our own messages about the referral."""

    sequence: int = 0
    unreached: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Everything heard about one referral; speakers never touch each other's part, so their order does not matter."""

    intake: IntakeSays = field(default_factory=IntakeSays)
    matching: MatchingSays = field(default_factory=MatchingSays)
    funding: FundingSays = field(default_factory=FundingSays)
    ours: WeSay = field(default_factory=WeSay)
    first_at: datetime | None = None
    last_at: datetime | None = None


def hear(said: Said, fact: Fact) -> Said:
    """`said` with one more fact; one that was already heard from its speaker changes nothing."""
    match fact.speaker:
        case "intake":
            said = replace(said, intake=_intake(said.intake, fact))
        case "matching":
            said = replace(said, matching=_matching(said.matching, fact))
        case "funding":
            said = replace(said, funding=hear_of_money(said.funding, fact.kind, fact.sequence, fact.details))
        case "notifications":
            said = replace(said, ours=WeSay(max(said.ours.sequence, fact.sequence), unreached=True))
        case _:
            raise ValueError(f"nobody called {fact.speaker} speaks about referrals")
    return replace(
        said,
        first_at=fact.at if said.first_at is None else min(said.first_at, fact.at),
        last_at=fact.at if said.last_at is None else max(said.last_at, fact.at),
    )


def _intake(now: IntakeSays, fact: Fact) -> IntakeSays:
    if fact.sequence <= now.sequence:
        return now
    now, told = replace(now, sequence=fact.sequence), fact.details
    match fact.kind:
        case "intake.referral-received":
            return replace(now, received_at=_moment(told["received_at"]), source=told["source"])
        case "intake.referral-triaged":
            return replace(now, outcome=told["outcome"], priority=told["priority"])
        case "intake.referral-closed":
            return replace(now, closed_because=told["reason"], message_waits=False)
        case "intake.consent-withdrawn":
            return replace(now, consent_withdrawn=now.consent_withdrawn or told["purpose"] in ("referral", "sharing"))
        case "intake.consent-given":
            return replace(
                now, consent_withdrawn=now.consent_withdrawn and told["purpose"] not in ("referral", "sharing")
            )
        case "intake.message-left":
            return replace(now, message_waits=bool(told["by_client"]))
        case _:
            return _concerns(now, fact)


def _concerns(now: IntakeSays, fact: Fact) -> IntakeSays:
    told = fact.details
    match fact.kind:
        case "intake.safeguarding-concern-raised":
            others = tuple(one for one in now.concerns if one.concern_id != told["concern_id"])
            return replace(
                now, concern_ever=True, concerns=(*others, Concern(told["concern_id"], _moment(told["act_by"])))
            )
        case "intake.safeguarding-concern-acknowledged":
            return _changed(now, told["concern_id"], lambda one: replace(one, acknowledged=True))
        case "intake.safeguarding-concern-escalated":
            return _changed(now, told["concern_id"], lambda one: replace(one, level=told["level"]))
        case "intake.safeguarding-concern-closed":
            return replace(now, concerns=tuple(one for one in now.concerns if one.concern_id != told["concern_id"]))
        case _:
            return now


def _changed(now: IntakeSays, concern_id: str, change: Callable[[Concern], Concern]) -> IntakeSays:
    return replace(now, concerns=tuple(change(one) if one.concern_id == concern_id else one for one in now.concerns))


def _matching(now: MatchingSays, fact: Fact) -> MatchingSays:
    if fact.sequence <= now.sequence:
        return now
    now, told = replace(now, sequence=fact.sequence, stalled=_stalled(now, fact)), fact.details
    match fact.kind:
        case "matching.referral-waitlisted":
            next_look = _moment(told["next_look_at"])
            return replace(now, stage="waiting", wait_reason=told["reason"], next_look_at=next_look, reply_by=None)
        case "matching.match-proposed":
            return replace(
                now, stage="proposed", match_id=told["match_id"], therapist_id=told["therapist_id"], reply_by=None
            )
        case "matching.offer-sent":
            return replace(
                now,
                stage="offered",
                match_id=told["match_id"],
                therapist_id=told["therapist_id"],
                reply_by=_moment(told["reply_by"]),
            )
        case _:
            return _after_offer(now, fact)


def _stalled(now: MatchingSays, fact: Fact) -> bool:
    return fact.kind == "matching.offer-stalled" or (now.stalled and fact.kind == "matching.offer-reminded")


def _after_offer(now: MatchingSays, fact: Fact) -> MatchingSays:
    told = fact.details
    match fact.kind:
        case "matching.offer-declined" | "matching.offer-expired" | "matching.offer-withdrawn":
            return _offer_over(now, fact)
        case "matching.match-withdrawn":
            return replace(now, stage="looking", reply_by=None)
        case "matching.offer-extended" if now.stage == "offered":
            return replace(now, reply_by=_moment(told["reply_by"]))
        case "matching.triage-wanted":
            return replace(now, stage="triage", reply_by=None)
        case _:
            return _with_therapist(now, fact)


def _with_therapist(now: MatchingSays, fact: Fact) -> MatchingSays:
    told = fact.details
    match fact.kind:
        case "matching.offer-accepted":
            accepted = replace(now, stage="accepted", therapist_id=told["therapist_id"], given_up=False, reply_by=None)
            return replace(accepted, contact_by=_moment(told["contact_by"]) if told.get("contact_by") else None)
        case "matching.contact-made" | "matching.session-booked":
            return replace(now, contact_by=None)
        case "matching.therapy-started":
            return replace(now, stage="in-therapy", therapist_id=told["therapist_id"])
        case "matching.therapy-ended":
            return replace(now, stage="ended")
        case _:
            return now


def _offer_over(now: MatchingSays, fact: Fact) -> MatchingSays:
    turned_down = now.turned_down + (fact.kind != "matching.offer-withdrawn")
    if fact.details.get("still_open"):
        return replace(now, turned_down=turned_down)
    given_up = now.given_up or bool(fact.details.get("after_acceptance"))
    return replace(now, stage="looking", turned_down=turned_down, given_up=given_up, reply_by=None)


def _moment(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
