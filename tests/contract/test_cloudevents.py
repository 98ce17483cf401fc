"""Our events are CloudEvents, and what we call one is what the specification's own cases call one."""

from datetime import UTC, datetime
from uuid import UUID

import jsonschema
import pytest

from deploy.stopso.documents import example
from shared.events import EVENTS
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import EventId
from shared.messaging.envelope import Delivery, Envelope, headers_of, read_envelope
from shared.messaging.structured import read_structured, read_structured_batch, structured
from tests.contract.oracles import published


def _envelope(event_type: str) -> Envelope:
    event = EVENTS[event_type].model_validate(example(EVENTS[event_type]))
    now = datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC)
    headers = headers_of(
        UUID("019caa00-0000-7000-8000-000000000001"),
        event_type,
        now,
        event.key_value,
        7,
        "00-" + "1" * 32 + "-" + "2" * 16 + "-01",
    )
    return read_envelope(Delivery(event.model_dump_json().encode(), headers, 1, event.speaker()))


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_every_event_in_structured_form_satisfies_the_published_schema(event_type: str) -> None:
    document = structured(_envelope(event_type))

    jsonschema.Draft7Validator(published("cloudevents/cloudevents.schema.json")).validate(document)

    read = read_structured(document)
    assert read.id == str(EventId(UUID("019caa00-0000-7000-8000-000000000001")))
    assert read.time == datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC)
    assert read.extensions["sequence"] == f"{7:020d}"


def test_the_published_valid_events_are_read() -> None:
    cases = published("cloudevents/valid-events.json")["tests"]

    assert len(cases) >= 10
    for case in cases:
        assert read_structured(case["event"]).id == case["event"]["id"], case["id"]


def test_the_published_invalid_events_are_refused() -> None:
    cases = published("cloudevents/invalid-events.json")["tests"]

    accepted = [case["id"] for case in cases if _is_read(case["event"])]

    assert len(cases) >= 20
    assert accepted == []


def test_moments_with_an_offset_are_the_same_moment() -> None:
    cases = {case["id"]: case["event"] for case in published("cloudevents/valid-events.json")["tests"]}

    moments = {
        read_structured(event).time for event in cases.values() if event.get("time") and "WithTime" in event["id"]
    }

    assert moments == {datetime(2018, 4, 5, 17, 31, tzinfo=UTC)}


def test_the_published_batches_are_judged_alike() -> None:
    for case in published("cloudevents/valid-batches.json")["tests"]:
        assert len(read_structured_batch(case["batch"])) == len(case["batch"])
    for case in published("cloudevents/invalid-batches.json")["tests"]:
        with pytest.raises(Unprocessable):
            read_structured_batch(case["batch"])


def _is_read(document: object) -> bool:
    try:
        read_structured(document)
    except Unprocessable:
        return False
    return True
