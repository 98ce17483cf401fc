"""A card as one person sees it at one moment: already in words, and without what their role may not see."""

from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain import words
from services.notifications.domain.card import Deadline
from services.notifications.domain.face import age_in_words, nearness_of
from services.notifications.domain.views import View
from services.notifications.handlers.profiles import open_profile
from services.notifications.store.board import ListedCard
from shared.events.sealed import CardProfile
from shared.kernel.money import Pence, pounds
from shared.privacy import Keyring

FLAG_LOOKS = {
    "concern": "danger",
    "escalated": "danger",
    "consent-withdrawn": "warning",
    "no-money": "warning",
    "not-approved": "warning",
    "unreached": "warning",
}


@dataclass(frozen=True, slots=True)
class Face:
    """What is drawn of a card."""

    referral_id: str
    short_id: str
    column: str
    order: int
    age: str
    since: datetime
    reason: str | None
    group: tuple[str, str] | None
    place: str | None
    priority: str | None
    due: str | None
    due_at: datetime | None
    nearness: str | None
    flags: tuple[tuple[str, str], ...]


def face_of(card: ListedCard, view: View, now: datetime, keys: Keyring) -> Face:
    """The card for somebody with this view; its profile is opened only for those who may see it."""
    profile = open_profile(card, keys) if view.case else None
    deadline = card.deadline if card.deadline and (view.case or card.deadline.kind != "concern") else None
    return Face(
        referral_id=str(card.referral_id),
        short_id=card.short_id,
        column=card.column,
        order=card.order,
        age=age_in_words(now - card.since),
        since=card.since,
        reason=words.REASONS.get(card.reason, card.reason) if card.reason else None,
        group=words.GROUPS[profile.client_group] if profile else None,
        place=_place(card.area, profile) if profile else None,
        priority=card.priority if view.case and card.priority != "routine" and card.column != "closed" else None,
        due=_due(deadline, now) if deadline else None,
        due_at=deadline.at if deadline else None,
        nearness=nearness_of(deadline, now) if deadline else None,
        flags=tuple((FLAG_LOOKS.get(flag, "plain"), _flag(flag, card)) for flag in view.flags(card.flags)),  # type: ignore[arg-type]
    )


def _due(deadline: Deadline, now: datetime) -> str:
    what, when = words.DEADLINES[deadline.kind], words.near_clock(deadline.at, now)
    return f"Late · {what.lower()} {when}" if deadline.at <= now else f"{what} by {when}"


def _place(area: str | None, profile: CardProfile) -> str:
    parts = [area, "online" if profile.online_only else None, words.AGE_BANDS[profile.age_band]]
    return " · ".join(part for part in parts if part)


def _flag(flag: str, card: ListedCard) -> str:
    if flag == "no-money" and card.shortfall:
        return f"{pounds(Pence(card.shortfall))} short"
    return words.FLAGS[flag]
