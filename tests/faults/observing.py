"""What a watched system notes beside its work, in the same transactions: all that is told, every handler that ran."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from shared.events import Event
from shared.messaging.subscriptions import Subscription, Subscriptions
from shared.messaging.transaction import Transaction
from shared.service import Service

NOTES = """
CREATE TABLE fault_told (
    nth      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid   NOT NULL,
    type     text   NOT NULL,
    key      text   NOT NULL,
    sequence bigint NOT NULL,
    body     jsonb  NOT NULL
);
CREATE TABLE fault_handled (
    nth      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid   NOT NULL,
    type     text   NOT NULL,
    key      text   NOT NULL,
    sequence bigint NOT NULL
);
CREATE FUNCTION note_what_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fault_told (event_id, type, key, sequence, body)
    SELECT event_id, type, key, sequence, convert_from(body, 'UTF8')::jsonb - 'sealed' FROM told ORDER BY position;
    RETURN NULL;
END;
$$;
CREATE TRIGGER note_what_is_told AFTER INSERT ON outbox REFERENCING NEW TABLE AS told
    FOR EACH STATEMENT EXECUTE FUNCTION note_what_is_told();
"""


def prepare(owner_dsn: str) -> None:
    """Make the tables and the trigger in a fresh database; the process may write to them by its owner's defaults."""
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        connection.execute(NOTES)


def watched(service: Service) -> Service:
    """The same service, which notes every event before its handler runs; a handler that fails takes its note along."""
    kept = service.subscriptions
    events = {event_type: _watched(subscription) for event_type, subscription in kept.events.items()}
    service.__dict__["subscriptions"] = Subscriptions(events, kept.timers, kept.backgrounds, kept.answers)
    return service


_wrapped: dict[Any, Any] = {}


def _watched(subscription: Subscription) -> Subscription:
    """One wrapper for each function, because the kernel groups events by it."""
    handle = subscription.handle

    async def note_and_handle(heard: Event | Sequence[Event], tx: Transaction) -> None:
        await _note(heard if isinstance(heard, Sequence) else [heard], tx)
        await handle(heard, tx)

    return replace(subscription, handle=_wrapped.setdefault(handle, note_and_handle))


async def _note(events: Sequence[Event], tx: Transaction) -> None:
    await tx.db.execute(
        """
        INSERT INTO fault_handled (event_id, type, key, sequence)
        SELECT event_id, type, key, sequence
          FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
               WITH ORDINALITY AS t (event_id, type, key, sequence, nth)
         ORDER BY nth
        """,
        [event.origin.event_id for event in events],
        [event.type for event in events],
        [event.key_value for event in events],
        [event.origin.sequence for event in events],
    )
