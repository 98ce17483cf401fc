"""A service ends whenever it is asked to, also in the moments in which it starts."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import ServiceDatabase
from tests.fleet import Fleet

STARTS_AND_IS_ASKED = """
import os, signal, uvicorn
from shared import service
from services.matching.app import SERVICE

def asked(then):
    def first(*given, **named):
        os.kill(os.getpid(), signal.{number})
        return then(*given, **named)
    return first

{place}
service.run(SERVICE)
"""
EARLY = "service.web_of = asked(service.web_of)"
LATE = "uvicorn.Server.serve = asked(uvicorn.Server.serve)"
HEARD = "uvicorn.Server.startup = asked(uvicorn.Server.startup)"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("place", [EARLY, LATE, HEARD], ids=["before-it-serves", "as-it-serves", "while-it-opens"])
def test_a_service_asked_to_stop_while_it_starts_ends(tmp_path: Path, place: str, number: str) -> None:
    nowhere = ServiceDatabase("matching", "none", "", "postgresql://nobody@127.0.0.1:1/none")
    fleet = Fleet(tmp_path, {"matching": nowhere}, lambda _: "amqp://nobody:nothing@127.0.0.1:1/stopso")

    ended = subprocess.run(
        [sys.executable, "-c", STARTS_AND_IS_ASKED.format(number=number, place=place)],
        env=fleet.environment("matching"),
        capture_output=True,
        timeout=240,
        check=False,
    )

    assert ended.returncode in (0, -getattr(signal, number)), ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
