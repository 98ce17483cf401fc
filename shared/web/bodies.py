"""What we accept of a request: a body that is not too large, JSON only in the strict sense, and no zero bytes."""

import json
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.failures import failure_response

LARGEST_BODY = 1024 * 1024
LARGEST_UPLOAD = 5 * LARGEST_BODY
"""The largest file; the form around it may need as much again as any other body."""
DEEPEST_JSON = 20
_STRINGS_AND_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{\]}]', re.DOTALL)
MultiPartParser.spool_max_size = LARGEST_UPLOAD + LARGEST_BODY  # bodies are in memory already: none goes to a disk
_ZERO_BYTE = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class NotStrictJson(ValueError):
    """The text is not JSON as RFC 8259 has it, repeats a key, or is nested too deeply."""


class BodyTooLarge(Exception):
    """More bytes than we take."""


def _refuse_constant(_name: str) -> NoReturn:
    raise NotStrictJson("not a number")


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrictJson("repeated key")
    return found


def _depth(text: str) -> int:
    deepest = depth = 0
    for piece in _STRINGS_AND_BRACKETS.findall(text):
        if piece in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif piece in ("]", "}"):
            depth -= 1
    return deepest


def strict_json(body: bytes) -> object:
    """Parse UTF-8 JSON; raises `NotStrictJson` for NaN, endless numbers, repeated keys, deep nesting, zero bytes."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrictJson("not JSON") from None
    if _depth(text) > DEEPEST_JSON:
        raise NotStrictJson("nested too deeply")
    if _ZERO_BYTE.search(text):
        raise NotStrictJson("zero byte")
    try:
        parsed: object = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_refuse_repeated_keys
        )
    except json.JSONDecodeError:
        raise NotStrictJson("not JSON") from None
    except NotStrictJson:
        raise
    except ValueError:
        raise NotStrictJson("number out of range") from None
    return parsed


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise NotStrictJson("number out of range")
    return number


def _content_type(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"content-type":
            return str(value.decode("latin-1")).split(";", 1)[0].strip().lower()
    return ""


def _announced_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _has_zero_byte(scope: Scope) -> bool:
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


class BodyGuard:
    """ASGI middleware: refuses bodies too large (413) or not strictly the JSON they claim, and zero bytes (400).

    `uploads` are patterns of the paths to which files may be sent.
    """

    def __init__(self, app: ASGIApp, *, largest: int = LARGEST_BODY, uploads: Iterable[str] = ()) -> None:
        self.app = app
        self.largest = largest
        self.uploads = [re.compile(pattern) for pattern in uploads]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http" and _has_zero_byte(scope):
            await failure_response(Request(scope), 400, code="zero-byte")(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        largest = self.largest
        if any(pattern.fullmatch(scope["path"]) for pattern in self.uploads):
            largest += LARGEST_UPLOAD
        if _announced_length(scope) > largest:
            await failure_response(Request(scope), 413)(scope, receive, send)
            return
        try:
            body, rest = await self._read(receive, largest)
        except BodyTooLarge:
            await failure_response(Request(scope), 413)(scope, receive, send)
            return
        content_type = _content_type(scope)
        if body and (content_type == "application/json" or content_type.endswith("+json")):
            try:
                strict_json(body)
            except NotStrictJson as refusal:
                await failure_response(Request(scope), 400, code=str(refusal).replace(" ", "-").lower())(
                    scope, receive, send
                )
                return
        replayed = False

        async def replay() -> Message:
            nonlocal replayed
            if not replayed:
                replayed = True
                return rest or {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        await self.app(scope, replay, send)

    async def _read(self, receive: Receive, largest: int) -> tuple[bytes, Message | None]:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return bytes(body), message
            body += message.get("body", b"")
            if len(body) > largest:
                raise BodyTooLarge
            if not message.get("more_body", False):
                return bytes(body), None
