"""The AsyncAPI document is valid, up to date, and says what the broker is really told to do."""

import fnmatch
from typing import Any

import jsonschema
import pytest

from deploy.stopso.asyncapi import asyncapi
from deploy.stopso.documents import ROOT, documents, listeners, subscriptions_of
from shared.events import EVENTS
from shared.kernel.ids import SERVICES
from shared.messaging.topology import definitions
from tests.contract.oracles import published

FOR_THE_RECORD: set[str] = set()
"""Types that nobody needs to hear; each one listed here on purpose, and its speaker's outbox must know that too."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi(listeners())


@pytest.fixture(scope="module")
def topology() -> dict[str, Any]:
    heard = {service: subscriptions_of(service).events for service in SERVICES}
    return definitions("stopso", dict.fromkeys(SERVICES, "secret"), heard)


def test_the_document_satisfies_the_published_schema(document: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(published("asyncapi/asyncapi-3.0.0.schema.json")).validate(document)


@pytest.mark.parametrize(("part", "place"), [("channel", "channels"), ("operation", "operations")])
def test_the_amqp_bindings_satisfy_their_published_schema(document: dict[str, Any], part: str, place: str) -> None:
    schema = published(f"asyncapi/amqp-binding-0.3.0-{part}.json")
    del schema["patternProperties"]

    for one in document[place].values():
        jsonschema.Draft7Validator(schema).validate(one["bindings"]["amqp"])


def test_the_document_names_every_queue_of_the_broker(document: dict[str, Any], topology: dict[str, Any]) -> None:
    said = {c["address"] for c in document["channels"].values() if c["bindings"]["amqp"]["is"] == "queue"}

    assert said == {queue["name"] for queue in topology["queues"] if ".in." in queue["name"]}


def test_every_message_said_to_reach_a_queue_is_routed_there(
    document: dict[str, Any], topology: dict[str, Any]
) -> None:
    bound: dict[str, list[str]] = {}
    for binding in topology["bindings"]:
        bound.setdefault(binding["destination"], []).append(binding["routing_key"])
    for channel in document["channels"].values():
        if channel["bindings"]["amqp"]["is"] != "queue":
            continue
        queue = channel["address"]
        reaching = {
            kind
            for kind in EVENTS
            for n in range(16)
            if any(fnmatch.fnmatchcase(f"{kind}.p{n:02d}", key) for key in bound[queue])
        }
        assert reaching == {reference["$ref"].rsplit("/", 1)[1] for reference in channel["messages"].values()}, queue


def test_every_shard_of_a_heard_event_goes_to_exactly_one_queue_of_each_listener(topology: dict[str, Any]) -> None:
    heard = listeners()
    for kind, hearers in heard.items():
        for n in range(16):
            reached = [
                b["destination"]
                for b in topology["bindings"]
                if fnmatch.fnmatchcase(f"{kind}.p{n:02d}", b["routing_key"])
            ]
            assert sorted(queue.split(".")[0] for queue in reached) == sorted(hearers), (kind, n)


def test_every_event_is_heard_or_listed_as_for_the_record() -> None:
    unheard = {kind for kind, hearers in listeners().items() if not hearers}

    assert unheard == FOR_THE_RECORD


def test_generated_documents_are_up_to_date() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in documents().items()
        if not path.exists() or path.read_text() != text
    ]

    assert stale == [], "run `make docs` and commit the result"


def _routes(patterns: list[str], routing_key: str) -> bool:
    return any(fnmatch.fnmatchcase(routing_key, pattern) for pattern in patterns)
