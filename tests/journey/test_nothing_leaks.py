"""What is typed into any personal field is found nowhere in clear: on no server's disk, in no log, in no figure."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from deploy.stopso.roles import ensure_roles
from services.intake.handlers.api_keys import create_api_key
from shared.kernel.ids import SERVICES
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from tests import servers
from tests.conftest import Vhost, apply_topology
from tests.databases import make_database
from tests.fleet import Fleet
from tests.journey.town import Town
from tests.servers import BrokerServer, DatabaseServer

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

CLIENT, WORDS, MESSAGE = "Qxzclient", "Qxzwords", "Qxzmessage"
THERAPIST, THERAPIST_MAIL = "Qxztherapist", "qxztmail"
REFERRER, REFERRER_MAIL, PHONE, STATEMENT = "Qxzreferrer", "qxzrmail", "07700911911", "Qxzstatement"
REFERRED, REFERRED_WORDS = "Qxzreferred", "Qxztold"
LOOKING, NOTE, ANSWER = "Qxzlooking", "Qxznote", "Qxzanswer"
MARKERS = (
    CLIENT, WORDS, MESSAGE, THERAPIST, THERAPIST_MAIL, REFERRER, REFERRER_MAIL, PHONE, STATEMENT, REFERRED,
    REFERRED_WORDS, LOOKING, NOTE, ANSWER,
)  # fmt: skip


@dataclass
class Traces:
    """A running system that keeps everything below one folder."""

    town: Town
    folder: Path

    def of(self, text: str) -> list[str]:
        """Where `text` stands in clear, in any case of letters: in files of servers and logs, and in figures."""
        command = ["grep", "-rliaF", "--", text, str(self.folder)]
        files = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
        figures = [self.town.fleet.url(service, "/metrics") for service in SERVICES]
        return files + [url for url in figures if text.lower() in httpx.get(url, timeout=60).text.lower()]


@pytest.fixture
def traces(
    own_postgres: DatabaseServer, own_broker: BrokerServer, town_browser: Browser, tmp_path: Path
) -> Iterator[Traces]:
    if servers.use_containers():
        pytest.skip("the disks of servers in containers cannot be searched from here")
    ensure_roles(own_postgres.administrator_dsn, servers.role_passwords())
    vhost = Vhost("traces", own_broker)
    apply_topology(own_broker, vhost.name)
    databases = {service: make_database(own_postgres.administrator_dsn, service) for service in SERVICES}
    fleet = Fleet(tmp_path, databases, vhost.url)
    fleet.start()
    try:
        fleet.wait_ready()
        yield Traces(Town(fleet, town_browser), tmp_path)
    finally:
        fleet.stop()


def test_nothing_personal_is_found_in_clear_anywhere(traces: Traces) -> None:
    town = traces.town
    town.therapist(THERAPIST_MAIL, "OX4", name=THERAPIST)
    receipt = town.ask("OX4", name=CLIENT, words=f"{WORDS} is what I wrote", danger="yes")
    refer(town)
    look_and_write(town)
    client = town.come_back(receipt)
    client.fill("#text", f"{MESSAGE} and thank you")
    client.get_by_role("button", name="Send").click()
    town.offer_mail_to(THERAPIST_MAIL)
    town.fleet.eventually(town.fleet.quiet, "it does not come to rest")

    assert traces.of("intake.referral-received.v1"), "the search does not see what does stand there in clear"
    assert {marker: places for marker in MARKERS if (places := traces.of(marker))} == {}


def refer(town: Town) -> None:
    """A professional refers somebody over the API."""

    async def a_key(kernel: Kernel) -> str:
        async def create(tx: Transaction) -> str:
            return (await create_api_key("An example clinic", tx)).secret

        return await kernel.perform("key", create, actor="system")

    body = {
        "source": "gp",
        "referrer_name": REFERRER,
        "referrer_email": f"{REFERRER_MAIL}@example.org",
        "referrer_phone": PHONE,
        "consent_statement": f"{STATEMENT}: the client agreed in my presence.",
        "consents": ["referral", "sharing"],
        "client_group": "thoughts",
        "age_band": "26-64",
        "danger": "no",
        "outward_code": "OX4",
        "contact_channel": "email",
        "client_name": REFERRED,
        "client_email": f"{REFERRED}@example.net",
        "words": REFERRED_WORDS,
    }
    headers = {"Authorization": f"Bearer {town.work('intake', a_key)}", "Idempotency-Key": "one"}
    answer = httpx.post(town.fleet.url("intake", "/api/v1/referrals"), json=body, headers=headers, timeout=60)
    assert answer.status_code == 201, answer.text


def look_and_write(town: Town) -> None:
    """Staff look at the contact, write to the client, deal with the concern, and send the referral on."""
    desk = town.staff("saoirse", "safeguarding", "triage")
    desk.goto(town.fleet.url("intake", "/safeguarding"))
    desk.locator("main th a").first.click()
    desk.get_by_role("button", name="I take this on").click()
    desk.check("input[value='nothing-to-tell']")
    desk.locator("#note").fill(f"{NOTE}: nobody is at risk now.")
    desk.get_by_role("button", name="Note the decision").click()
    desk.goto(town.fleet.url("intake", "/triage"))
    desk.locator("main tr", has_text="danger").locator("th a").first.click()
    desk.locator("#reveal_reason").fill(f"{LOOKING} to call them back")
    desk.get_by_role("button", name="Show for one minute").click()
    expect(desk.locator("main")).to_contain_text(CLIENT)
    desk.locator("#text").fill(f"{ANSWER}, we have read what you wrote.")
    desk.get_by_role("button", name="Send").click()
    desk.check("input[value='suitable']")
    desk.get_by_role("button", name="Decide").click()
