"""Where the published cases are: beside the project, never copied into it."""

import json
from pathlib import Path
from typing import Any

import pytest

ORACLES = Path(__file__).parents[3] / "shared" / "oracles"


def published(name: str) -> Any:
    """The parsed JSON file `name`; skips the test, saying so, where the published cases are not there."""
    path = ORACLES / name
    if not path.exists():
        pytest.skip(f"the published cases are not here: {name}")
    return json.loads(path.read_text())
