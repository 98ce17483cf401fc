"""What is counted: batches, events and their outcome, publishing, and how full the outbox and the dead letters are."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from shared.kernel.ids import ServiceName
from shared.messaging.envelope import PREFIX, Delivery
from shared.messaging.inbox import Outcome
from shared.telemetry import counter, gauge, histogram, span

log = structlog.get_logger("stopso.messaging")

EVENTS = counter("stopso_events_total", "Events by what became of them.", ["service", "outcome"])
HEARD = counter("stopso_events_heard_total", "Events by their type, repetitions included.", ["service", "type"])
BATCH_SECONDS = histogram("stopso_batch_seconds", "How long a batch took, commit included.", ["service", "queue"])
BATCH_SIZE = histogram(
    "stopso_batch_events",
    "How many deliveries a batch held.",
    ["service", "queue"],
    buckets=(1, 2, 5, 10, 25, 50, 100, 250),
)
PUBLISHED = counter("stopso_published_total", "Events given to the broker, by its answer.", ["service", "outcome"])
OUTBOX_ROWS = gauge("stopso_outbox_rows", "Events that the broker has not confirmed.", ["service"])
OUTBOX_AGE = gauge(
    "stopso_outbox_age_seconds", "Age of the oldest event that the broker has not confirmed.", ["service"]
)
WAITING = gauge("stopso_waiting_events", "Events put aside, by state.", ["service", "status"])
TIMERS_OVERDUE = gauge("stopso_timers_overdue", "Timers whose moment passed more than a minute ago.", ["service"])
LOOP_FAILURES = counter(
    "stopso_loop_failures_total", "How often a lasting task of the process failed.", ["service", "kind"]
)

TRACE = f"{PREFIX}traceparent"


@dataclass(slots=True)
class Observed:
    """Where the code that is observed leaves its outcome."""

    outcome: Outcome = field(default_factory=Outcome)


@contextmanager
def observe_batch(queue: str, service: ServiceName, batch: Sequence[Delivery]) -> Iterator[Observed]:
    """One span, one log line and the figures of a batch."""
    observed = Observed()
    started = time.perf_counter()
    traces = dict.fromkeys(delivery.headers.get(TRACE) for delivery in batch)
    came_from = [str(trace) for trace in traces if trace]
    with span("handle batch", came_from=came_from[:100], attributes={"queue": queue, "size": len(batch)}):
        try:
            yield observed
        finally:
            seconds = time.perf_counter() - started
            BATCH_SECONDS.labels(service, queue).observe(seconds)
            BATCH_SIZE.labels(service, queue).observe(len(batch))
        _count(service, observed.outcome)
        _say(queue, batch, observed.outcome, seconds)


def _count(service: ServiceName, outcome: Outcome) -> None:
    for name, count in (
        ("handled", outcome.handled),
        ("repeated", outcome.repeated),
        ("parked", outcome.parked),
        ("unreadable", outcome.unreadable),
    ):
        if count:
            EVENTS.labels(service, name).inc(count)
    for event_type, count in Counter(outcome.types).items():
        HEARD.labels(service, event_type).inc(count)


def _say(queue: str, batch: Sequence[Delivery], outcome: Outcome, seconds: float) -> None:
    log.info(
        "batch.handled",
        queue=queue,
        size=len(batch),
        handled=outcome.handled,
        duplicates=outcome.repeated,
        parked=outcome.parked,
        told=outcome.told,
        milliseconds=round(seconds * 1000, 1),
    )
