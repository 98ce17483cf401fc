"""The vocabulary between services: one module per speaker, every event past tense, frozen, thin and additive."""

from shared.events import funding, intake, matching, notifications
from shared.events.event import Event

SPEAKERS = (intake, matching, funding, notifications)

EVENTS: dict[str, type[Event]] = {
    event.type: event
    for module in SPEAKERS
    for event in vars(module).values()
    if isinstance(event, type) and issubclass(event, Event) and event is not Event
}
"""Every event by its type."""

__all__ = ["EVENTS", "SPEAKERS", "Event"]
