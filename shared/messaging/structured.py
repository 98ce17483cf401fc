"""The structured form of an event: CloudEvents 1.0 in JSON, for webhooks, documents and whoever reads an export."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.kernel.errors import Unprocessable
from shared.messaging.envelope import PREFIX, Envelope

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)")
_NAME = re.compile(r"[a-z0-9]+")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(\s*;\s*[\w-]+=(\"[^\"]*\"|[^\s;\"]+))*")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_REQUIRED = ("id", "source", "specversion", "type")
_OPTIONAL = ("datacontenttype", "dataschema", "subject", "time")


@dataclass(frozen=True, slots=True)
class StructuredEvent:
    """A CloudEvent as read from JSON; absent and null attributes are both None."""

    id: str
    source: str
    type: str
    datacontenttype: str | None = None
    dataschema: str | None = None
    subject: str | None = None
    time: datetime | None = None
    data: Any = None
    extensions: Mapping[str, str | int | bool] = field(default_factory=dict)


def read_time(text: str) -> datetime:
    """An RFC 3339 moment, finer than a microsecond cut off; raises `Unprocessable`."""
    if not _RFC3339.fullmatch(text):
        raise Unprocessable("time-is-not-rfc3339")
    whole, fraction, offset = re.fullmatch(r"(.{19})(\.\d+)?(.+)", text).groups()  # type: ignore[union-attr]
    try:
        return datetime.fromisoformat(f"{whole}{(fraction or '.0')[:7]}{offset.upper()}")
    except ValueError as error:
        raise Unprocessable("time-is-not-rfc3339") from error


def structured(envelope: Envelope) -> dict[str, Any]:
    """The event as one JSON object: its attributes beside its data."""
    attributes = {name.removeprefix(PREFIX): value for name, value in envelope.headers().items()}
    return {**attributes, "datacontenttype": "application/json", "data": json.loads(envelope.body)}


def read_structured(document: object) -> StructuredEvent:
    """A CloudEvent from parsed JSON; raises `Unprocessable` with a code that names the first rule broken."""
    if not isinstance(document, dict):
        raise Unprocessable("event-is-not-an-object")
    core = {name: _text(document, name, required=name in _REQUIRED) for name in (*_REQUIRED, *_OPTIONAL)}
    if core["specversion"] != "1.0":
        raise Unprocessable("specversion-is-unknown")
    if core["datacontenttype"] is not None and not _MEDIA_TYPE.fullmatch(core["datacontenttype"]):
        raise Unprocessable("datacontenttype-is-not-a-media-type")
    if core["dataschema"] is not None and not _URI.fullmatch(core["dataschema"]):
        raise Unprocessable("dataschema-is-not-a-uri")
    return StructuredEvent(
        id=core["id"] or "",
        source=core["source"] or "",
        type=core["type"] or "",
        datacontenttype=core["datacontenttype"],
        dataschema=core["dataschema"],
        subject=core["subject"],
        time=read_time(core["time"]) if core["time"] is not None else None,
        data=_data(document),
        extensions=_extensions(document),
    )


def read_structured_batch(document: object) -> list[StructuredEvent]:
    """A batch of CloudEvents from parsed JSON; one bad event refuses the whole batch."""
    if not isinstance(document, list):
        raise Unprocessable("batch-is-not-an-array")
    return [read_structured(item) for item in document]


def _text(document: Mapping[str, object], name: str, *, required: bool) -> str | None:
    value = document.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value:
        raise Unprocessable(f"{name}-is-missing-or-not-text")
    return value


def _data(document: Mapping[str, object]) -> object:
    encoded = document.get("data_base64")
    if encoded is None:
        return document.get("data")
    if "data" in document or not isinstance(encoded, str):
        raise Unprocessable("data-is-given-twice-or-not-text")
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise Unprocessable("data-is-not-base64") from error


def _extensions(document: Mapping[str, object]) -> dict[str, str | int | bool]:
    found: dict[str, str | int | bool] = {}
    for name, value in document.items():
        if name in (*_REQUIRED, *_OPTIONAL, "data", "data_base64") or value is None:
            continue
        if not _NAME.fullmatch(name):
            raise Unprocessable("extension-name-is-not-lower-case-letters-and-digits")
        if not isinstance(value, (str, int, bool)):
            raise Unprocessable("extension-value-is-not-text-integer-or-boolean")
        found[name] = value
    return found
