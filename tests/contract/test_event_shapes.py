"""A published shape is a promise: fields may be added, never removed, renamed or narrowed within a major version."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.stopso.documents import example
from shared.events import EVENTS, Event
from shared.events.upcasts import LIFTS, upcast

SNAPSHOTS = Path(__file__).parents[2] / "shared" / "events" / "snapshots"


def broken_promises(published: dict[str, Any], present: dict[str, Any]) -> list[str]:
    """What readers or writers of the published shape could no longer rely on."""
    broken = []
    for name, before in published["properties"].items():
        now = present["properties"].get(name)
        if now is None:
            broken.append(f"{name} was removed or renamed")
        elif _type(before) != _type(now):
            broken.append(f"{name} changed its type")
        elif set(before.get("enum", ())) - set(now.get("enum", ())):
            broken.append(f"{name} lost {sorted(set(before['enum']) - set(now['enum']))}")
    were_required = set(published.get("required", ()))
    now_required = set(present.get("required", ()))
    broken += [f"{name} became required" for name in sorted(now_required - were_required)]
    broken += [f"{name} became optional" for name in sorted(were_required - now_required)]
    return broken


def _type(schema: dict[str, Any]) -> Any:
    return (schema.get("type"), schema.get("format"), json.dumps(schema.get("anyOf"), sort_keys=True))


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_a_published_shape_only_grows(event: type[Event]) -> None:
    snapshot = SNAPSHOTS / f"{event.type}.json"

    assert snapshot.exists(), f"{event.type} has no published shape yet: run `make docs` and commit it"
    assert broken_promises(json.loads(snapshot.read_text()), event.model_json_schema()) == []


def test_a_published_type_is_spoken_for_ever_or_lifted() -> None:
    published = {path.name.removesuffix(".json") for path in SNAPSHOTS.glob("*.json")}

    assert published - EVENTS.keys() - LIFTS.keys() == set()


@pytest.mark.parametrize("snapshot", sorted(SNAPSHOTS.glob("*.json")), ids=lambda path: path.stem)
def test_an_old_message_still_parses(snapshot: Path) -> None:
    published = json.loads(snapshot.read_text())
    event_type, body = upcast(snapshot.name.removesuffix(".json"), json.dumps(published["examples"][0]).encode())

    assert EVENTS[event_type].model_validate_json(body).key_value


def test_the_comparison_sees_each_way_to_break_a_promise() -> None:
    text, number = {"type": "string"}, {"type": "integer"}

    def one_of(*values: str) -> dict[str, Any]:
        return {"type": "string", "enum": list(values)}

    before = {"properties": {"a": text, "b": one_of("x", "y"), "c": number, "d": text}, "required": ["a", "b", "c"]}
    after = {"properties": {"b": one_of("x"), "c": text, "d": text, "e": text}, "required": ["b", "c", "e"]}

    assert broken_promises(before, after) == [
        "a was removed or renamed",
        "b lost ['y']",
        "c changed its type",
        "e became required",
        "a became optional",
    ]
    assert broken_promises(before, before) == []


def test_every_event_has_an_example() -> None:
    assert all(event.model_validate(example(event)).key_value for event in EVENTS.values())
