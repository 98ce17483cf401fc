"""Keeps the board and the timelines: a batch of events of all the others becomes a handful of statements."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.notifications.domain.facts import Fact, Said, hear
from services.notifications.handlers.profiles import keep_profile
from services.notifications.store import cards, changes, timeline
from services.notifications.store.timeline import Happening
from shared.events import Event
from shared.events.sealed import CardProfile
from shared.messaging.transaction import Transaction

ABOUT_REFERRALS = "referral_id"


def kind_of(event: type[Event] | Event) -> str:
    """The type of an event without its version."""
    return event.type.rsplit(".", 1)[0]


async def record(events: Sequence[Event], profiles: Mapping[UUID, CardProfile], tx: Transaction) -> None:
    """Write what was heard into timelines and cards, and say which cards look different."""
    happenings = [_happening(event) for event in events]
    await timeline.add_happenings(tx.db, happenings)
    about = [one for one, event in zip(happenings, events, strict=True) if event.key == ABOUT_REFERRALS]
    if not about:
        return
    said = await cards.said_about(tx.db, sorted({one.subject for one in about}))
    for one in about:
        fact = Fact(one.kind, one.sequence, one.at, one.details)
        said[one.subject] = hear(said.get(one.subject, Said()), fact)
    await cards.keep_cards(
        tx.db, said, {key: keep_profile(key, profile, tx.keys) for key, profile in profiles.items()}, tx.now
    )
    await changes.add_changes(tx.db, sorted(said), tx.now)


async def record_ours(event: Event, tx: Transaction, event_id: UUID) -> None:
    """Write something that we ourselves told about a referral; nobody sends us our own events."""
    subject = UUID(event.key_value)
    sequence = await timeline.next_sequence(tx.db, subject, tx.service)
    details = event.model_dump(mode="json", exclude={"sealed"})
    happening = Happening(subject, tx.service, sequence, event_id, kind_of(event), tx.now, details)
    await timeline.add_happenings(tx.db, [happening])
    known = await cards.said_about(tx.db, [subject])
    said = {subject: hear(known.get(subject, Said()), Fact(happening.kind, sequence, tx.now, details))}
    await cards.keep_cards(tx.db, said, {}, tx.now)
    await changes.add_changes(tx.db, [subject], tx.now)


def _happening(event: Event) -> Happening:
    origin = event.origin
    return Happening(
        UUID(event.key_value),
        event.speaker(),
        origin.sequence,
        origin.event_id,
        kind_of(event),
        origin.time,
        event.model_dump(mode="json", exclude={"sealed"}),
    )
