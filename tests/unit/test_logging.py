"""A log line holds ids, codes and figures; whatever else somebody or some library hands over stays out of it."""

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import structlog
from opentelemetry import trace
from pydantic import BaseModel, ValidationError

from shared.kernel.errors import Conflict
from shared.log_screen import ALLOWED, WITHHELD
from shared.logging import QUIET_LIBRARIES, start_logging
from shared.settings import InvalidSettings
from shared.telemetry import METRICS

MARKER = "Marker Person"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    output = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level, warnings.showwarning, sys.excepthook, threading.excepthook)
    start_logging("intake", "debug", output)

    def read() -> list[dict[str, Any]]:
        assert MARKER not in output.getvalue()
        return [json.loads(line) for line in output.getvalue().splitlines()]

    yield read
    handlers, level, warnings.showwarning, sys.excepthook, threading.excepthook = before
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def dropped(reason: str) -> float:
    return METRICS.get_sample_value("stopso_log_values_dropped_total", {"reason": reason}) or 0.0


def test_a_line_is_json_with_allowed_keys_only(lines: Lines) -> None:
    before = dropped("key")

    structlog.get_logger().info("referral.received", referral_id=UUID(int=7), name=MARKER, milliseconds=1.5)

    (line,) = lines()
    assert set(line) - ALLOWED == {"dropped"}
    assert (line["event"], line["level"], line["service"]) == ("referral.received", "info", "intake")
    assert (line["referral_id"], line["milliseconds"], line["dropped"]) == (str(UUID(int=7)), 1.5, 1)
    assert dropped("key") == before + 1


@pytest.mark.parametrize(
    "value",
    [MARKER, "someone@example.org", "+44 7700 900123", {"name": MARKER}, object(), b"Marker", "x" * 161, "líne"],
)
def test_an_allowed_key_does_not_carry_words_or_contacts(value: object, lines: Lines) -> None:
    before = dropped("value")

    structlog.get_logger().info("thing.happened", reason=value, key=[value])

    (line,) = lines()
    assert (line["reason"], line["key"]) == (WITHHELD, [WITHHELD])
    assert dropped("value") == before + 2


def test_words_in_place_of_the_events_name_are_withheld(lines: Lines) -> None:
    structlog.get_logger().info(f"{MARKER} called")

    assert lines()[0]["event"] == WITHHELD


def test_codes_dates_and_routes_pass(lines: Lines) -> None:
    structlog.get_logger().info(
        "request.handled",
        due_at=datetime(2026, 3, 2, tzinfo=UTC),
        path="/referral/{token}",
        type="intake.referral-received.v1",
    )

    (line,) = lines()
    assert (line["due_at"], line["path"]) == ("2026-03-02T00:00:00+00:00", "/referral/{token}")
    assert line["type"] == "intake.referral-received.v1"


def test_the_kernels_reason_passes_and_a_sentence_does_not(lines: Lines) -> None:
    structlog.get_logger().info("event.parked", reason="Conflict: already-taken", code="Client: Jane Doe-Smith")

    (line,) = lines()
    assert (line["reason"], line["code"]) == ("Conflict: already-taken", WITHHELD)


def failing(text: str) -> None:
    """Fail as code that repeats its input does."""
    try:
        int(text)
    except ValueError as error:
        raise Conflict("already-taken", f"{text} was there first") from error


def test_an_exception_shows_type_code_cause_and_place_but_no_value(lines: Lines) -> None:
    try:
        failing(MARKER)
    except Conflict:
        structlog.get_logger().exception("handler.failed")

    (line,) = lines()
    assert (line["error"], line["code"], line["caused_by"]) == (
        "shared.kernel.errors.Conflict",
        "already-taken",
        ["ValueError"],
    )
    assert line["places"][-1].startswith("unit/test_logging.py:")
    assert line["places"][-1].endswith(" failing")


class Person(BaseModel):
    age: int


def test_a_validation_error_never_shows_its_input(lines: Lines) -> None:
    with pytest.raises(ValidationError, match=MARKER) as refusal:
        Person.model_validate({"age": MARKER})

    structlog.get_logger().error("message.invalid", exc_info=refusal.value)

    assert lines()[0]["error"].endswith("ValidationError")


def test_what_libraries_log_is_reduced_to_its_place(lines: Lines) -> None:
    logger = logging.getLogger("some.library")

    logger.warning("cannot deliver to %s", MARKER)
    logger.log(35, MARKER)
    logger.error(ValueError(MARKER))

    warned, odd, failed = lines()
    assert (warned["event"], warned["logger"], warned["level"]) == ("library.logged", "some.library", "warning")
    assert odd["level"] == "warning"
    assert failed["error"] == "ValueError"


@pytest.mark.parametrize("library", QUIET_LIBRARIES)
def test_a_library_that_prints_contents_is_quiet_below_warning(library: str, lines: Lines) -> None:
    logging.getLogger(f"{library}.part").info("frame: %s", MARKER)
    logging.getLogger(f"{library}.part").debug(MARKER)
    assert lines() == []

    logging.getLogger(f"{library}.part").warning(MARKER)
    assert len(lines()) == 1


def test_a_librarys_own_handler_and_level_are_taken_away(lines: Lines) -> None:
    output = io.StringIO()
    logger = logging.getLogger("faststream.access.rabbit")
    logger.addHandler(logging.StreamHandler(output))
    logger.setLevel(logging.DEBUG)
    logger.propagate = False

    start_logging("intake", "debug", io.StringIO())
    logger.info(MARKER)
    logger.error(MARKER)

    assert output.getvalue() == ""
    assert lines() == []


def test_access_lines_are_never_written(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").error('"GET /referral/%s HTTP/1.1" 200', MARKER)

    assert lines() == []


def test_warnings_show_their_kind_and_place(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = warnings_hook()
        warnings.warn(MARKER, UserWarning, stacklevel=1)

    (line,) = lines()
    assert (line["event"], line["category"]) == ("warning.raised", "UserWarning")


def warnings_hook() -> Any:
    start_hook = warnings.showwarning
    assert start_hook.__module__ == "shared.logging"
    return start_hook


def test_a_task_that_failed_unseen_does_not_show_its_message(lines: Lines) -> None:
    async def unseen() -> None:
        raise ValueError(MARKER)

    async def forget() -> None:
        task = asyncio.create_task(unseen())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(forget())

    assert "ValueError" in {line.get("error") for line in lines()}


def test_an_uncaught_failure_shows_its_type_and_settings_show_their_advice(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    sys.excepthook(ValueError, ValueError(MARKER), None)
    sys.excepthook(InvalidSettings, InvalidSettings(["STOPSO_PORT: Field required"]), None)

    assert [line["error"] for line in lines()] == ["ValueError", "shared.settings.InvalidSettings"]
    shown = capsys.readouterr().err
    assert MARKER not in shown
    assert "STOPSO_PORT: Field required" in shown


def test_a_line_carries_the_current_trace(lines: Lines) -> None:
    with trace.use_span(trace.NonRecordingSpan(trace.SpanContext(0xABC, 0xDEF, is_remote=True))):
        structlog.get_logger().info("thing.happened")
    structlog.get_logger().info("thing.happened")

    inside, outside = lines()
    assert inside["trace_id"] == f"{0xABC:032x}"
    assert "trace_id" not in outside
