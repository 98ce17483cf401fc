"""One JSON line per event on standard output, holding ids, codes and durations only.

Keys come from an allow-list and values must look like ids or codes; whatever else is dropped and counted, never
printed. Exceptions are shown by type and place, never by message, since a message may repeat what a person wrote. Lines
of libraries are reduced in the same way.
"""

import logging
import re
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, TextIO

import structlog

from shared.log_screen import Screen, short_path, type_name

QUIET_LIBRARIES = ("faststream", "aio_pika", "aiormq", "asyncpg", "aiosmtplib", "httpx", "httpcore", "multipart")
SILENT = ("uvicorn.access",)
_KNOWN_TEMPLATES = ("uvicorn.error",)

_log = structlog.get_logger("stopso.process")


def start_logging(service: str, level: str = "info", output: TextIO | None = None) -> None:
    """Send all that this process logs through the allow-list; call again after a library added loggers of its own."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            Screen(service),
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


def _show_warning(
    message: Warning | str,  # noqa: ARG001 - the interface asks for it; what it says is not ours to print
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    _log.warning("warning.raised", category=category.__name__, places=[f"{short_path(filename)}:{lineno} <module>"])


def _show_uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    _log.critical("process.failed", exc_info=error)
    sys.stderr.write(f"{getattr(error, 'advice', type_name(error))}\n")


def _show_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    _log.critical("thread.failed", exc_info=arguments.exc_value)
