"""Traces go from event to event without contents, and figures have no label that could name a person."""

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import telemetry
from shared.telemetry import counter, exposition, extract, inject, span, trace_id

MARKER = "Marker Person"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (finished,) = exporter.get_finished_spans()
    return finished


def test_outside_a_span_there_is_nothing_to_send_along() -> None:
    assert inject() == ""
    assert trace_id() == ""


def test_a_trace_continues_from_the_header_of_an_event(spans: InMemorySpanExporter) -> None:
    with span("told"):
        header, first = inject(), trace_id()
    with span("heard", parent=extract(header)):
        second = trace_id()

    assert first == second == header.split("-")[1]
    told, heard = spans.get_finished_spans()
    assert heard.parent is not None
    assert heard.parent.span_id == told.context.span_id


@pytest.mark.parametrize("header", ["", "nonsense", "00-0-0-00", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_an_unreadable_header_begins_a_new_trace(header: str, spans: InMemorySpanExporter) -> None:
    with span("heard", parent=extract(header), came_from=[header]):
        assert len(trace_id()) == 32

    assert only(spans).parent is None
    assert not only(spans).links


def test_a_batch_is_linked_to_each_event_in_it(spans: InMemorySpanExporter) -> None:
    headers = []
    for _ in range(2):
        with span("told"):
            headers.append(inject())
    spans.clear()

    with span("batch", came_from=headers, attributes={"count": 2}):
        pass

    assert [f"{link.context.trace_id:032x}" for link in only(spans).links] == [
        header.split("-")[1] for header in headers
    ]


def test_a_failed_span_shows_the_kind_of_failure_only(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match=MARKER), span("handle"):
        raise ValueError(MARKER)

    failed = only(spans)
    assert not failed.status.is_ok
    assert failed.status.description == "ValueError"
    assert MARKER not in failed.to_json()


def test_nothing_is_exported_unless_a_collector_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    exporters: list[str] = []
    monkeypatch.setattr(trace, "set_tracer_provider", lambda _: None)
    monkeypatch.setattr(trace_exporter, "OTLPSpanExporter", lambda **options: exporters.append(options["endpoint"]))
    monkeypatch.setattr(telemetry, "BatchSpanProcessor", lambda _: SimpleSpanProcessor(InMemorySpanExporter()))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://third.party.example")

    telemetry.start_tracing("intake").shutdown()
    assert exporters == []

    telemetry.start_tracing("intake", "http://127.0.0.1:4318/v1/traces").shutdown()
    assert exporters == ["http://127.0.0.1:4318/v1/traces"]


def test_a_figure_is_exposed_and_refuses_labels_that_could_name_somebody() -> None:
    counter("stopso_test_things_total", "Things.", ["outcome"]).labels("done").inc()

    assert b'stopso_test_things_total{outcome="done"} 1.0' in exposition()
    with pytest.raises(ValueError, match="referral_id"):
        counter("stopso_test_people_total", "People.", ["referral_id"])
