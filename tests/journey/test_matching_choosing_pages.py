"""The pages on which coordinators ask why and what if, in a real browser, light and dark, small and large."""

from functools import partial

import pytest
from playwright.async_api import Browser

from services.matching.handlers.answers import accept
from services.matching.handlers.counting import count_answers
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import session_for
from tests.journey.test_matching_pages import address, look, opened

__all__ = ["address", "matching_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def test_coordinators_ask_why_what_if_and_whether_it_is_fair(
    matching: Matching, address: str, chromium: Browser
) -> None:
    complaints: list[str] = []
    await matching.has_therapists(
        therapist_row(1, name="Ada Lovage", capacity_maximum=30, capacity_available=30),
        therapist_row(2, name="Basil Thyme", session_fee=110),
        therapist_row(3, name="Cicely Dill", client_groups="survivor", outward_code="AB10"),
    )
    for need in (*[{"means": "full-fee"}] * 6, {}, {}, {}, {}, {}, {"age_band": "18-25"}):
        _, offer_id, _ = await matching.offered(**need)
        await matching.perform("offer", partial(accept, offer_id=offer_id))
    await matching.perform("fairness", count_answers)
    await matching.takes_on(conflict_tokens=("link:aa",))
    referral_id = await matching.takes_on(conflict_tokens=("link:aa",))
    waiting = await matching.takes_on(client_group="family")
    context = await chromium.new_context(color_scheme="dark")
    cookies = await session_for(matching, "coordinator")
    await context.add_cookies(
        [{"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True, "httpOnly": True}
         for name, value in cookies.items()]
    )  # fmt: skip
    page = await opened(context, complaints)

    here = f"{address}/matches/referrals/{referral_id}"
    for name, path in (
        ("choosing", f"{here}?q=e"),
        ("why-not-conflict", f"{here}?therapist={await matching.therapist_id(1)}"),
        ("why-not-score", f"{here}?therapist={await matching.therapist_id(2)}"),
        ("why-not-rules", f"{here}?therapist={await matching.therapist_id(3)}"),
        ("weights", f"{address}/matches/weights"),
        ("what-if", f"{address}/matches/what-if"),
        ("what-if-answer", f"{address}/matches/what-if?new_area=TQ12&new_group=family"),
        ("fairness", f"{address}/matches/fairness"),
        ("waiting", f"{address}/matches/waiting/{waiting}"),
    ):
        await page.goto(path)
        await look(page, f"{name}-dark")
    await page.emulate_media(color_scheme="light")
    for name, path in (("why-not-conflict", f"{here}?therapist={await matching.therapist_id(1)}"),
                       ("fairness", f"{address}/matches/fairness")):  # fmt: skip
        await page.goto(path)
        await look(page, name)
    assert complaints == []
