"""The way into the register in a real browser: apply, send documents, vouch, review, approve."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.component.applications import NEEDED, Office, a_pdf, a_picture, path_of
from tests.component.matching import Matching, matching_service
from tests.component.matching_pages import session_for
from tests.journey.test_matching_pages import address, look, opened

__all__ = ["address", "matching_service"]

Look = Callable[[Page, str], Awaitable[None]]

pytestmark = [pytest.mark.servers, pytest.mark.browser]


async def go_on(page: Page) -> None:
    await page.get_by_role("button", name="Continue").click()


async def answers(page: Page, see: Look = look) -> None:
    """Answer every section, the first after a mistake."""
    await page.get_by_role("button", name="Start").click()
    await page.fill("#name", "Ida Applegate")
    await go_on(page)
    await see(page, "apply-you-error")
    await page.fill("#email", "ida@example.org")
    await go_on(page)
    await page.fill("#body", "BACP")
    await page.fill("#registration_number", "A-1001")
    await page.get_by_label("Level 6").check()
    await page.fill("#training_days", "2")
    await page.fill("#practice_hours", "150")
    await see(page, "apply-training")
    await go_on(page)
    for choice in (
        "People worried about their thoughts",
        "Survivors",
        "18 to 25",
        "26 to 64",
        "On bail",
        "Integrative",
    ):
        await page.get_by_label(choice).check()
    await page.get_by_label("No", exact=True).check()
    await see(page, "apply-work")
    await go_on(page)
    await page.fill("#outward_code", "TQ13")
    await page.fill("#radius_km", "40")
    for group, choice in (("online", "yes"), ("step_free_access", "no"), ("gender", "woman"), ("languages", "en")):
        await page.check(f"input[name='{group}'][value='{choice}']")
    await see(page, "apply-place")
    await go_on(page)
    await page.fill("#session_fee", "62.50")
    await page.fill("#places", "3")
    await go_on(page)
    for role in ("supervisor", "professional"):
        await page.fill(f"#{role}_name", f"The {role}")
        await page.fill(f"#{role}_email", f"{role}@example.org")
    await see(page, "apply-referees")
    await go_on(page)


async def pass_by(page: Page, name: str) -> None:
    """Look at nothing: what looks for us is a script."""


async def test_the_form_works_without_scripts(matching: Matching, address: str, chromium: Browser) -> None:
    page = await (await chromium.new_context(java_script_enabled=False)).new_page()

    await page.goto(f"{address}/apply")
    await answers(page, pass_by)

    await page.get_by_role("button", name="Send my application").wait_for()


async def test_somebody_applies_is_vouched_for_and_comes_into_the_register(
    matching: Matching, address: str, chromium: Browser, tmp_path: Path
) -> None:
    complaints: list[str] = []
    office = Office.of(matching)
    (tmp_path / "scan.pdf").write_bytes(a_pdf())
    (tmp_path / "photo.png").write_bytes(a_picture("PNG"))
    (tmp_path / "fake.pdf").write_bytes(b"MZ not a document at all")
    page = await opened(await chromium.new_context(), complaints)
    await page.goto(f"{address}/apply")
    await look(page, "apply-start")
    await answers(page)
    await look(page, "apply-check")
    await page.get_by_role("button", name="Send my application").click()
    await look(page, "apply-sent")

    own = address + path_of((await office.letters("application-received"))[0])
    page = await opened(await chromium.new_context(), complaints)
    await page.goto(own)
    await look(page, "application")
    await page.select_option("#kind", "insurance")
    await page.set_input_files("#document", tmp_path / "fake.pdf")
    await page.get_by_role("button", name="Send the document").click()
    await look(page, "application-error")
    for kind in NEEDED:
        await page.select_option("#kind", kind)
        await page.set_input_files("#document", tmp_path / ("photo.png" if kind == "insurance" else "scan.pdf"))
        await page.get_by_role("button", name="Send the document").click()
    await look(page, "application-documents")
    await page.get_by_text("Ask again, or name somebody else").click()
    await page.get_by_text("Take this application back").click()
    await page.get_by_role("button", name="Take it back").click()
    await look(page, "application-withdraw-error")

    for nth, letter in enumerate(await office.letters("reference-wanted")):
        await page.goto(address + path_of(letter))
        await look(page, "reference")
        await page.get_by_role("button", name="Send the reference").click()
        if nth == 0:
            await look(page, "reference-error")
        await page.check("input[value='colleague']")
        await page.fill("#years", "5")
        for question in ("competent", "boundaries", "reflective", "trusted"):
            await page.check(
                f"input[name='{question}'][value='{'with-doubts' if question == 'boundaries' else 'yes'}']"
            )
        await page.fill("#words", "Careful, warm and clear.\nI would gladly work with them again.")
        await page.get_by_role("button", name="Send the reference").click()
        await look(page, "reference-given")
    await page.goto(own)
    await look(page, "application-under-review")

    context = await chromium.new_context()
    cookies = await session_for(matching, "registrar")
    await context.add_cookies(
        [{"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True, "httpOnly": True}
         for name, value in cookies.items()]
    )  # fmt: skip
    page = await opened(context, complaints)
    await page.goto(f"{address}/therapists/applications?closed=true")
    await look(page, "applications-none")
    await page.get_by_role("link", name="Open").click()
    await look(page, "applications")
    await page.get_by_role("link", name="Ida Applegate").click()
    await look(page, "review")
    await page.emulate_media(color_scheme="dark")
    await look(page, "review-dark")
    await page.get_by_text("Refuse", exact=True).first.click()
    await page.get_by_role("button", name="Refuse").click()
    await look(page, "review-refuse-error")
    for _ in range(7):
        await page.get_by_role("button", name=re.compile("^Tick(?! again)")).first.click()
    await page.get_by_role("button", name="Approve").click()
    await look(page, "review-approved")
    await page.get_by_role("link", name="The therapist in the register").click()
    await page.get_by_role("heading", name="Ida Applegate").wait_for()

    assert [text for text in complaints if "422" not in text] == []
