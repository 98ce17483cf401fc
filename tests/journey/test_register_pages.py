"""The register's pages in a real browser: the list, a therapist's record in its states, trainings, and a signature."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser

from services.matching.handlers import supervision
from services.matching.handlers.supervision import NewSupervisor
from shared.events.funding import TherapistFeeOverdue
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import session_for
from tests.journey.test_matching_pages import address, look, opened

__all__ = ["address", "matching_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser]

SHOWN = {
    "training_issued": "2025-09-01", "training_amount": "4",
    "insurance_issued": "2025-10-01", "insurance_expires": "2026-04-10", "insurance_amount": "5000000",
    "development_issued": "2025-11-01", "development_amount": "34", "development_on_this_work": "12",
    "practice_issued": "2025-11-01", "practice_amount": "240",
    "clearance_issued": "2025-06-01", "clearance_expires": "2028-06-01", "clearance_level": "enhanced",
    "membership_issued": "2026-01-01", "membership_expires": "2026-12-31",
}  # fmt: skip
ENDING = {**SHOWN, "insurance_expires": "2026-03-03"}
REGISTER = (
    therapist_row(1, name="Ada Lovage", concession_fee="25", modalities="cbt;group", online="yes", **SHOWN),
    therapist_row(2, name="Basil Thyme", gender="man", outward_code="EX1", session_fee="85", **ENDING),
    therapist_row(3, name="Cicely Dill", outward_code="EX4", client_groups="survivor;family", session_fee="50"),
    therapist_row(4, name="Dilys Sorrel", outward_code="PL1", capacity_available=0, online="yes", **ENDING),
)


async def test_a_registrar_looks_after_the_register(matching: Matching, address: str, chromium: Browser) -> None:
    complaints: list[str] = []
    await matching.has_therapists(*REGISTER)
    await matching.offered()
    one, two = await matching.therapist_id(1), await matching.therapist_id(2)
    given = NewSupervisor("Sue Pervisor", "sue@example.org", "S-100")
    sue = await matching.perform(str(one), lambda tx: supervision.add_supervisor(tx, one, given))
    assert not isinstance(sue, tuple)
    held = matching.clock.now().date()
    await matching.perform(
        str(one),
        lambda tx: supervision.enter_supervision(tx, one, sue.supervisor_id, held_on=held, minutes=90),
    )
    await matching.hears(TherapistFeeOverdue(therapist_id=two))
    await matching.passes(timedelta(days=33))
    asked = [told for told in await matching.told(LetterRequested) if told.kind == "supervision-to-sign"]
    letter = matching.opened(asked[-1], "notifications", Letter)
    context = await chromium.new_context()
    cookies = await session_for(matching, "coordinator", "registrar")
    await context.add_cookies(
        [{"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True, "httpOnly": True}
         for name, value in cookies.items()]
    )  # fmt: skip
    page = await opened(context, complaints)

    supervisor = await opened(await chromium.new_context(), complaints)
    await supervisor.goto(f"{address}/supervision/{str(letter.link).rsplit('/', 1)[1]}")
    await look(supervisor, "supervision")
    await supervisor.get_by_role("button", name="Yes, I sign it").click()
    await look(supervisor, "supervision-signed")

    await page.goto(f"{address}/therapists")
    await look(page, "register")
    await page.fill("#q", "sorrel")
    await page.get_by_role("button", name="Show").click()
    await look(page, "register-found")
    assert "sorrel" not in page.url
    await page.goto(f"{address}/therapists/trainings")
    await page.get_by_role("button", name="Add training").click()
    await look(page, "trainings-error")
    await page.fill("#title", "Working with risk")
    await page.fill("#held_on", "2026-02-01")
    await page.fill("#days", "2")
    await page.get_by_role("button", name="Add training").click()
    await look(page, "trainings")
    await page.goto(f"{address}/therapists/{one}")
    await look(page, "record")
    await page.get_by_text("Record a credential").click()
    await page.select_option("#kind", "insurance")
    await page.fill("#issued_on", "2026-04-01")
    await page.fill("#expires_on", "2027-03-31")
    await page.fill("#amount", "1000")
    await page.get_by_role("button", name="Record it as seen").click()
    await look(page, "record-credential-error")
    await page.select_option("#standing", "paused")
    await page.fill("#until", "2026-05-01")
    await page.get_by_role("button", name="Change standing").click()
    await look(page, "record-paused")
    await page.goto(f"{address}/therapists/{two}")
    await page.emulate_media(color_scheme="dark")
    await look(page, "record-lapsed-dark")

    assert [text for text in complaints if "422" not in text] == []
