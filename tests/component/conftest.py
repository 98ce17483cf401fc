"""What every test of one service's parts has around it."""

from collections.abc import Iterator

import pytest
import structlog
from argon2 import PasswordHasher

from shared.db import database
from shared.web import passwords


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Rendering pictures of stacks takes seconds."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer to open a connection than a service at work should wait."""
    monkeypatch.setattr(database, "CONNECT_SECONDS", 100)


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Argon2 with little memory: guessing must be slow for others, not for us; its strength has a test of its own."""
    passwords._nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    yield
    passwords._nobodys_hash.cache_clear()
