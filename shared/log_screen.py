"""What may stand in a log line: the allowed keys, the shape of values, and exceptions without their contents."""

import re
import sys
import traceback
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from uuid import UUID

from structlog.typing import EventDict, WrappedLogger

from shared.kernel.errors import BrokenPromise
from shared.telemetry import counter, trace_id

ALLOWED = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "service",
        "version",
        "event_id",
        "message_id",
        "correlation_id",
        "causation_id",
        "request_id",
        "trace_id",
        "key",
        "type",
        "speaker",
        "sequence",
        "handler",
        "kind",
        "timer",
        "job",
        "due_at",
        "outcome",
        "state",
        "status",
        "reason",
        "code",
        "error",
        "caused_by",
        "sqlstate",
        "places",
        "category",
        "milliseconds",
        "seconds",
        "age_seconds",
        "attempt",
        "attempts",
        "delivery_count",
        "count",
        "size",
        "batch",
        "events",
        "handled",
        "duplicates",
        "parked",
        "told",
        "published",
        "returned",
        "pending",
        "queue",
        "shard",
        "exchange",
        "method",
        "path",
        "host",
        "port",
        "migration",
        "table",
        "function",
        "line",
        "process",
        "actor",
        "staff_id",
        "referral_id",
        "client_id",
        "therapist_id",
        "match_id",
        "offer_id",
        "fund_id",
        "funder_id",
        "award_id",
        "delivery_id",
        "concern_id",
        "account_id",
        "session_id",
        "episode_id",
        "import_id",
        "row",
    }
)
WITHHELD = "[withheld]"
_CODE = re.compile(r"[A-Za-z0-9_.:/{}<>*+=\-\[\]]{0,160}")
_PLACE = re.compile(r"[A-Za-z0-9_./<>\-]+:\d+ [A-Za-z0-9_.<>]+")
_REASON = re.compile(r"[A-Z][A-Za-z]+: [a-z0-9]+(-[a-z0-9]+)+")

_dropped = counter(
    "stopso_log_values_dropped_total", "Keys or values kept out of the log by the allow-list.", ["reason"]
)


class Screen:
    """The last step before rendering: lets through what is allowed and counts the rest."""

    def __init__(self, service: str) -> None:
        self.service = service

    def __call__(self, _logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
        """The line with nothing in it that is not an id, a code or a figure."""
        error = _error_of(line.pop("exc_info", None))
        if error is not None:
            line.update(describe(error))
        line.setdefault("service", self.service)
        line.setdefault("trace_id", trace_id() or None)
        screened: EventDict = {}
        dropped = 0
        for key, value in line.items():
            if key not in ALLOWED:
                _dropped.labels("key").inc()
                dropped += 1
            elif value is not None:
                screened[key] = _safe(value)
        if dropped:
            screened["dropped"] = dropped
        return screened


def describe(error: BaseException) -> dict[str, object]:
    """An exception without its values: types, our own code, the database's code, and where it happened."""
    described: dict[str, object] = {"error": type_name(error), "places": places(error.__traceback__)}
    causes = [type_name(cause) for cause in _causes(error)]
    if causes:
        described["caused_by"] = causes
    if isinstance(error, BrokenPromise):
        described["code"] = error.code
    sqlstate = getattr(error, "sqlstate", None)
    if isinstance(sqlstate, str):
        described["sqlstate"] = sqlstate
    return described


def places(trace: TracebackType | None) -> list[str]:
    """Where an exception came from, outermost first: file, line and function, without source text or values."""
    return [f"{short_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def type_name(error: BaseException) -> str:
    """The full name of an exception's class."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def short_path(filename: str) -> str:
    """The last folder and the file, which say where without saying on which machine."""
    return "/".join(Path(filename).parts[-2:])


def _safe(value: object) -> object:
    match value:
        case bool() | int() | float():
            return value
        case Enum():
            return _safe(value.value)
        case UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case str() if any(shape.fullmatch(value) for shape in (_CODE, _PLACE, _REASON)):
            return str(value)
        case list() | tuple():
            return [_safe(item) for item in value]
        case _:
            _dropped.labels("value").inc()
            return WITHHELD


def _error_of(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case None | False:
            return None
        case _:
            return sys.exc_info()[1]


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
