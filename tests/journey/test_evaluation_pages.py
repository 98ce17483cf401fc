"""The evaluation forms in a real browser: by link without JavaScript, left and taken up again, and on the phone."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from shared.events.funding import EvaluationDue, RiskAnswered
from shared.events.sealed import EvaluationLink
from tests.component.funding import Client, Funding, funding_service
from tests.component.test_funding_evaluations import asked, in_therapy
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]
A_DAY = timedelta(days=1)


async def link_of(funding: Funding, client: Client, respondent: str) -> str:
    told = [
        one
        for one in await funding.told(EvaluationDue)
        if one.respondent == respondent and one.referral_id == client.referral_id
    ]
    return "/" + funding.opened(told[-1], "notifications", EvaluationLink).link.split("/", 3)[3]


async def choose(page: Page, label: str) -> None:
    """The same answer to every question of the page."""
    for group in await page.locator("fieldset", has=page.locator("input[type=radio]")).all():
        await group.get_by_label(label, exact=True).check()


async def test_a_client_answers_by_link_without_javascript(funding: Funding, address: str, chromium: Browser) -> None:
    client = await in_therapy(funding)
    await funding.passes(A_DAY)
    link = await link_of(funding, client, "client")
    page = await (await chromium.new_context(java_script_enabled=False)).new_page()
    looking = await (await chromium.new_context()).new_page()

    await page.goto(address + link)
    await looking.goto(address + link)
    await look(looking, "evaluation-welcome")
    await page.get_by_role("button", name="Begin").click()
    await page.get_by_role("button", name="Save and go on").click()
    await expect(page).to_have_title("Error: A few questions")
    await expect(page.locator(".govuk-error-summary li")).to_have_count(9)
    await looking.goto(f"{address}{link}/1")
    await look(looking, "evaluation-form")
    await looking.get_by_role("button", name="Save and go on").click()
    await look(looking, "evaluation-form-error")

    await choose(page, "Several days")
    await page.get_by_role("button", name="Save and go on").click()
    assert len(await funding.told(RiskAnswered)) == 1

    await page.goto(address + link)
    await expect(page.get_by_text("you go on where you stopped")).to_be_visible()
    await page.get_by_role("button", name="Go on").click()
    await expect(page).to_have_url(re.compile("/2$"))
    await choose(page, "Not at all")
    await page.get_by_role("button", name="Save and go on").click()
    await page.get_by_label("I would rather not say").check()
    await page.get_by_role("button", name="Save and finish").click()
    await expect(page.get_by_text("Your answers have arrived")).to_be_visible()
    await expect(page.get_by_text("116 123")).to_be_visible()
    await looking.goto(address + link)
    await look(looking, "evaluation-thanks")
    assert (await asked(funding, "start")).state == "done"

    await looking.goto(address + await link_of(funding, client, "therapist"))
    await look(looking, "evaluation-therapist")
    await looking.get_by_role("button", name="Begin").click()
    await look(looking, "evaluation-therapist-form")
    await looking.goto(f"{address}/evaluations/{'x' * 43}")
    await expect(looking.get_by_text("leads nowhere")).to_be_visible()


async def test_a_coordinator_asks_on_the_phone(funding: Funding, address: str, chromium: Browser) -> None:
    for _ in range(3):
        await in_therapy(funding)
    await funding.passes(9 * A_DAY)
    context = await sign_in(await chromium.new_context(), funding, address, "coordinator")
    page = await context.new_page()

    await page.goto(f"{address}/evaluations/staff")
    await look(page, "evaluations-staff")
    await page.locator("tr", has_text="Client").first.get_by_role("link").first.click()
    await look(page, "evaluations-phone")
    await page.get_by_role("button", name="Save all answers").click()
    await look(page, "evaluations-phone-error")
    for name in ("phq-9", "gad-7"):
        await choose_in(page, name, "Not at all")
    await page.get_by_label("Woman or girl").check()
    await page.get_by_role("button", name="Save all answers").click()
    await expect(page.get_by_text("Answered on the phone")).to_be_visible()
    await look(page, "evaluations-answered")
    assert await funding.told(RiskAnswered) == []


async def choose_in(page: Page, form: str, label: str) -> None:
    section = page.locator(f"section[aria-labelledby='form-{form}']")
    for group in await section.locator("fieldset").all():
        await group.get_by_label(label, exact=True).check()
