"""From an envelope to the event it carries and the function that reacts to it."""

from dataclasses import dataclass

import structlog

from shared.events import EVENTS, Event
from shared.events.event import Origin
from shared.events.upcasts import upcast
from shared.kernel.errors import Retry, Unprocessable
from shared.messaging.envelope import Envelope
from shared.messaging.subscriptions import Subscription, Subscriptions

log = structlog.get_logger("stopso.messaging")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A readable delivery with its decoded event."""

    envelope: Envelope
    event: Event
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Decoder:
    """Decodes what one service listens to."""

    subscriptions: Subscriptions

    def decode(self, envelope: Envelope) -> Arrived | None:
        """The event, or None where this service does not listen to it (a binding that an older version left behind).

        Raises `Retry` for a type that nobody here knows, since a newer version of this process may, and `Unprocessable`
        for a body or a key that does not fit; never with the content.
        """
        try:
            event_type, body = upcast(envelope.type, envelope.body)
            subscription = self.subscriptions.events.get(event_type)
            if subscription is None:
                self._note_unwanted(event_type)
                return None
            event = subscription.event.model_validate_json(body)
        except (ValueError, LookupError, TypeError):
            raise Unprocessable("body-does-not-fit") from None
        if event.key_value != envelope.key:
            raise Unprocessable("key-does-not-fit")
        event.received(Origin(envelope.event_id, envelope.time, envelope.sequence))
        return Arrived(envelope, event, subscription)

    def _note_unwanted(self, event_type: str) -> None:
        if event_type not in EVENTS:
            raise Retry("unknown-event-type")
        log.warning("event.unwanted", type=event_type)
