"""Match runs in a real browser: what a run would do, the run itself, and how it is shown and made again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import session_for
from tests.component.test_matching_runs import WEEKLY, with_runs
from tests.journey.test_matching_pages import address, look, opened

__all__ = ["address", "matching_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def test_a_coordinator_looks_at_what_a_run_would_do_and_starts_it(
    matching: Matching, address: str, chromium: Browser
) -> None:
    complaints: list[str] = []
    with_runs(matching, WEEKLY)
    context = await chromium.new_context()
    cookies = await session_for(matching, "coordinator")
    await context.add_cookies(
        [{"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True, "httpOnly": True}
         for name, value in cookies.items()]
    )  # fmt: skip
    page = await opened(context, complaints)

    await page.goto(f"{address}/matches/runs")
    await look(page, "runs-none")
    await page.get_by_role("button", name="See what a run would do now").click()
    await page.get_by_text("Nobody waits whom a run could place.").wait_for()
    await look(page, "run-preview-nobody")

    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1), therapist_row(2))
    needs: list[dict[str, Any]] = [{}, {}, {}, {}, {}, {"outward_code": "AB10"}, {"client_group": "voyeurism"}]
    for need in needs:
        await matching.takes_on(**need)
        await matching.passes(timedelta(minutes=2))
    await page.goto(f"{address}/matches/runs/new")
    await look(page, "run-preview")
    await page.get_by_role("button", name="Run now").click()
    await page.wait_for_url(re.compile(r"/matches/runs/[0-9a-f-]{36}$"))
    await look(page, "run")
    await expect(page.get_by_text("4 of 7")).to_have_count(1)
    await page.get_by_role("link", name="Make this run again").click()
    await page.get_by_text("places the same clients with the same therapists").wait_for()
    await look(page, "run-again")
    await page.goto(f"{address}/matches/runs")
    await look(page, "runs")

    assert complaints == []
