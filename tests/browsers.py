"""One Chromium for each process that tests; a test has its own connection, and in it contexts of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright import async_api, sync_api
from playwright.async_api import Browser, BrowserContext, async_playwright

CHROMIUM = "/usr/bin/chromium-headless-shell"
"""Chromium without its windows, which nobody would see: a third less for the processor to do."""
PATIENCE = 60_000
"""How many milliseconds a page may take to show what it should; only a fault, or a machine that stands still, waits."""

async_api.expect.set_options(timeout=PATIENCE)
sync_api.expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the browser answers to Playwright; starting one takes a second of the processor, connecting hardly any."""
    told = tmp_path_factory.mktemp("chromium") / "told.json"
    told.write_text(json.dumps({"executablePath": CHROMIUM, "args": ["--no-sandbox"], "timeout": 3 * PATIENCE}))
    words = [sys.executable, "-m", "playwright", "launch-server", "--browser=chromium", f"--config={told}"]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            assert address.startswith("ws://"), f"Chromium did not start: {address}"
            yield address
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                server.communicate(timeout=10)
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture
async def chromium(chromium_address: str) -> AsyncIterator[Browser]:
    """A real browser in which nobody has been; its contexts end with the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect(chromium_address)
        make = browser.new_context

        async def new_context(**options: Any) -> BrowserContext:
            context = await make(**options)
            context.set_default_timeout(PATIENCE)
            return context

        browser.new_context = new_context  # type: ignore[method-assign]
        yield browser
        await browser.close()
