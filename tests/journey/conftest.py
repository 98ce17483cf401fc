"""One running system and one browser for all journeys; each journey keeps to its own part of the country."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from shared.kernel.ids import SERVICES
from tests.conftest import Vhost, apply_topology
from tests.databases import make_database
from tests.fleet import Fleet
from tests.journey.town import Town
from tests.servers import BrokerServer, DatabaseServer


@pytest.fixture(scope="module")
def fleet(postgres: DatabaseServer, broker: BrokerServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Four processes, ready."""
    folder: Path = tmp_path_factory.mktemp("fleet")
    vhost = Vhost(f"test-{secrets.token_hex(6)}", broker)
    apply_topology(broker, vhost.name)
    databases = {service: make_database(postgres.administrator_dsn, service) for service in SERVICES}
    running = Fleet(folder, databases, vhost.url)
    running.start()
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()
        broker.administration.delete_vhost(vhost.name)


@pytest.fixture(scope="module")
def town_browser(chromium_address: str) -> Iterator[Browser]:
    """A real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect(chromium_address)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def town(fleet: Fleet, town_browser: Browser) -> Town:
    """The running system, with people in it."""
    return Town(fleet, town_browser)
