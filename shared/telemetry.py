"""Traces and figures: W3C trace context for the events' headers, spans without contents, and one Prometheus registry.

Spans are exported only where a collector is configured; without one they still give every event its trace id, and
nothing leaves the process.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

METRICS = CollectorRegistry()
METRICS_CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
LABELS = frozenset(
    {
        "code",
        "handler",
        "kind",
        "logger",
        "method",
        "outcome",
        "queue",
        "reason",
        "route",
        "service",
        "shard",
        "status",
        "type",
    }
)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_HEADER = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()


def start_tracing(service: str, collector_url: str | None = None) -> TracerProvider:
    """Begin tracing in this process, once; call `shutdown` on the result at the end to send what is left."""
    provider = TracerProvider(resource=Resource({"service.name": service}), shutdown_on_exit=False)
    if collector_url:
        # Loading it takes a tenth of the time in which a service starts, and few have a collector.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=collector_url)))
    trace.set_tracer_provider(provider)
    return provider


def inject() -> str:
    """The current span as a W3C `traceparent`; empty where there is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get(_HEADER, "")


traceparent = inject


def extract(header: str) -> Context:
    """The context that a `traceparent` names, as a parent for `span`; an unreadable one gives an empty context."""
    return _PROPAGATOR.extract({_HEADER: header}, context=Context())


def trace_id() -> str:
    """The id of the current trace in hexadecimal, for a log line; empty where there is none."""
    current = trace.get_current_span().get_span_context()
    return trace.format_trace_id(current.trace_id) if current.is_valid else ""


@contextmanager
def span(
    name: str,
    *,
    parent: Context | None = None,
    came_from: Iterable[str] = (),
    attributes: Mapping[str, str | int] | None = None,
) -> Iterator[Span]:
    """Run a block as one span; `came_from` links a batch to the `traceparent` of each event in it.

    A failure is noted by the exception's type alone, because its message may repeat what a person wrote.
    """
    links = [Link(found) for found in map(_span_context, came_from) if found.is_valid]
    tracer = trace.get_tracer("stopso")
    with tracer.start_as_current_span(
        name, context=parent, links=links, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def counter(name: str, documentation: str, labels: Sequence[str] = ()) -> Counter:
    """A counter in our registry; its name ends in `_total`."""
    return Counter(name, documentation, _checked(labels), registry=METRICS)


def gauge(name: str, documentation: str, labels: Sequence[str] = ()) -> Gauge:
    """A value that goes up and down, in our registry."""
    return Gauge(name, documentation, _checked(labels), registry=METRICS)


def histogram(
    name: str, documentation: str, labels: Sequence[str] = (), *, buckets: Sequence[float] = SECONDS
) -> Histogram:
    """A distribution in our registry; in seconds unless other buckets are given."""
    return Histogram(name, documentation, _checked(labels), registry=METRICS, buckets=buckets)


def exposition() -> bytes:
    """Every figure of this process, as Prometheus reads it (`METRICS_CONTENT_TYPE`)."""
    return generate_latest(METRICS)


def _span_context(header: str) -> trace.SpanContext:
    return trace.get_current_span(extract(header)).get_span_context()


def _checked(labels: Sequence[str]) -> Sequence[str]:
    unknown = set(labels) - LABELS
    if unknown:
        raise ValueError(f"not a label for figures (an id or a person would make one series each): {sorted(unknown)}")
    return labels
