"""The mark of last use cannot be forged, moved to another session or stretched."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from shared.web.cookies import SEEN_COOKIE, STAFF_COOKIE, hash_of, idle_for, new_token, session_cookies
from shared.web.requests import Frame

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = b"k" * 32


def request_with(seen: str) -> Request:
    frame = Frame("intake", {}, KEY, demo=False, phone_number="")
    app = SimpleNamespace(state=SimpleNamespace(frame=frame))
    headers = [(b"cookie", f"{SEEN_COOKIE}={seen}".encode())]
    return Request({"type": "http", "app": app, "headers": headers, "method": "GET", "path": "/"})


def test_the_time_since_last_use_is_read_back() -> None:
    token = new_token()
    seen = session_cookies(KEY, token, NOW)[SEEN_COOKIE]
    assert idle_for(request_with(seen), token, NOW + timedelta(minutes=7)) == timedelta(minutes=7)


@pytest.mark.parametrize("seen", ["", "x", ".", "1772442000", "1772442000.", "²³.a", "9" * 40 + ".a", "-5.a"])
def test_a_broken_mark_counts_for_nothing(seen: str) -> None:
    assert (
        idle_for(request_with(seen.encode("utf-8").decode("latin-1") if seen.isascii() else "x"), "token", NOW) is None
    )


def test_a_mark_is_good_for_its_own_session_and_moment_only() -> None:
    token = new_token()
    moment, signature = session_cookies(KEY, token, NOW)[SEEN_COOKIE].split(".")
    assert idle_for(request_with(f"{moment}.{signature}"), new_token(), NOW) is None
    assert idle_for(request_with(f"{int(moment) + 60}.{signature}"), token, NOW) is None
    forged = session_cookies(b"o" * 32, token, NOW)[SEEN_COOKIE]
    assert idle_for(request_with(forged), token, NOW) is None


def test_only_a_hash_of_the_token_is_worth_storing() -> None:
    token = new_token()
    assert session_cookies(KEY, token, NOW)[STAFF_COOKIE] == token
    assert len(hash_of(token)) == 64
    assert token not in hash_of(token)
