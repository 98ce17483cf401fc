"""A test that failed among others gets one more try, alone; what fails again, or fails in numbers, has failed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AT_FIRST = """
import pathlib

def test_fails_at_first():
    seen = pathlib.Path("seen")
    before = seen.exists()
    seen.touch()
    assert before
"""
ALWAYS = "def test_fails_always():\n    assert False\n"
MANY = "import pytest\n\n@pytest.mark.parametrize('number', range(4))\ndef test_fails(number):\n    assert False\n"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("tests", "status", "said"),
    [(AT_FIRST, 0, "UNSTEADY"), (ALWAYS, 1, "tried once more alone"), (AT_FIRST + ALWAYS, 1, "1 failed, 1 passed")],
)
def test_who_failed_once_is_tried_alone_and_named(tmp_path: Path, tests: str, status: int, said: str) -> None:
    (tmp_path / "test_it.py").write_text(tests)
    first = run(tmp_path, "pytest", "-q", "-o", "cache_dir=cache", "-p", "no:xdist")
    assert first.returncode == 1

    again = run(tmp_path, "tests.again", "1", "cache")

    assert again.returncode == status
    assert said in again.stdout


def test_four_failures_are_no_bad_luck(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MANY)
    run(tmp_path, "pytest", "-q", "-o", "cache_dir=cache", "-p", "no:xdist")

    again = run(tmp_path, "tests.again", "1", "cache")

    assert (again.returncode, again.stdout) == (1, "")


@pytest.mark.parametrize("status", [2, 5])
def test_a_run_that_ended_otherwise_stays_as_it_ended(tmp_path: Path, status: int) -> None:
    assert run(tmp_path, "tests.again", str(status), "cache").returncode == status
