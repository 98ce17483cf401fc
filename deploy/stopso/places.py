"""Where this copy of the project keeps what it runs on, and the names of what it runs."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES: tuple[str, ...] = ("intake", "matching", "funding", "notifications")
LOOPBACK = "127.0.0.1"
VHOST = "stopso"


def state_folder() -> Path:
    """The one ignored folder that holds databases, queues, logs and secrets; `STOPSO_STATE` moves it."""
    return Path(os.environ.get("STOPSO_STATE") or ROOT / ".stopso").resolve()
