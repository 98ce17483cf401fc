"""One JSON line per event on standard output, holding ids, codes and durations only.

Keys come from an allow-list and values must look like ids or codes; whatever else is dropped and counted, never
printed. Exceptions are shown by type and place, never by message, since a message may repeat what a person wrote. Lines
of libraries are reduced in the same way.
"""

import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO
from uuid import UUID

import structlog
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
QUIET_LIBRARIES = ("faststream", "aio_pika", "aiormq", "asyncpg", "aiosmtplib", "httpx", "httpcore", "multipart")
SILENT = ("uvicorn.access",)
WITHHELD = "[withheld]"
_CODE = re.compile(r"[A-Za-z0-9_.:/{}<>*+=\-\[\]]{0,160}")
_PLACE = re.compile(r"[A-Za-z0-9_./<>\-]+:\d+ [A-Za-z0-9_.<>]+")
_REASON = re.compile(r"[A-Z][A-Za-z]+: [a-z0-9]+(-[a-z0-9]+)+")
_KNOWN_TEMPLATES = ("uvicorn.error",)

_dropped = counter(
    "stopso_log_values_dropped_total", "Keys or values kept out of the log by the allow-list.", ["reason"]
)
_log = structlog.get_logger("stopso.process")


def start_logging(service: str, level: str = "info", output: TextIO | None = None) -> None:
    """Send all that this process logs through the allow-list; call again after a library added loggers of its own."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _Screen(service),
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=output or sys.stdout),
    )
    root = logging.getLogger()
    root.handlers = [_LibraryLines()]
    root.setLevel(threshold)
    _take_over_libraries()
    warnings.showwarning = _show_warning
    sys.excepthook = _show_uncaught
    threading.excepthook = _show_uncaught_in_thread


def describe(error: BaseException) -> dict[str, object]:
    """An exception without its values: types, our own code, the database's code, and where it happened."""
    described: dict[str, object] = {"error": _type_name(error), "places": places(error.__traceback__)}
    causes = [_type_name(cause) for cause in _causes(error)]
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
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


class _Screen:
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


class _LibraryLines(logging.Handler):
    """What libraries log, reduced to the logger, the place and the exception's type."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the record on without its message, which may hold anything."""
        line: dict[str, Any] = {"logger": record.name, "function": record.funcName, "line": record.lineno}
        if record.exc_info and record.exc_info[1] is not None:
            line["exc_info"] = record.exc_info[1]
        elif isinstance(record.msg, BaseException):
            line["exc_info"] = record.msg
        event = "library.logged"
        if record.name in _KNOWN_TEMPLATES and isinstance(record.msg, str):
            event = re.sub(r"(%\w|[^a-z])+", "-", record.msg.lower()).strip("-")
        _log.log(min(record.levelno // 10 * 10, logging.CRITICAL) or logging.DEBUG, event, **line)


def _take_over_libraries() -> None:
    for name in list(logging.Logger.manager.loggerDict):
        library = name.partition(".")[0]
        if library in {*QUIET_LIBRARIES, "uvicorn"}:
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [], True
            logger.setLevel(logging.NOTSET)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).disabled = True


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


def _type_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def _show_warning(
    message: Warning | str,  # noqa: ARG001 - the interface asks for it; what it says is not ours to print
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    _log.warning("warning.raised", category=category.__name__, places=[f"{_short(filename)}:{lineno} <module>"])


def _show_uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    _log.critical("process.failed", exc_info=error)
    sys.stderr.write(f"{getattr(error, 'advice', _type_name(error))}\n")


def _show_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    _log.critical("thread.failed", exc_info=arguments.exc_value)
