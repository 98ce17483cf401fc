"""The page behind an offer's link: reading changes nothing, the first answer counts, and nobody is named."""

from datetime import timedelta

from shared.events.matching import OfferAccepted, OfferDeclined, OfferExpired
from tests.component.matching import Matching, closed, matching_service, therapist_row
from tests.component.matching_pages import visitor_of

__all__ = ["matching_service"]


async def offer_state(matching: Matching) -> str:
    async with matching.kernel.reading() as db:
        state: str = await db.fetchval("SELECT state FROM offer ORDER BY sent_at LIMIT 1")
    return state


async def test_the_page_shows_what_is_asked_and_not_who_asks(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, session_fee="62.50"))
    referral_id = await matching.takes_on(priority="urgent", client_group="survivor")
    await matching.subsidises(referral_id)
    _, token = await matching.offer_of(referral_id)

    page = (await visitor_of(matching).reads(f"/offers/{token}")).text

    for word in ("TQ12", "In person", "£62.50", "£45", "£15", "Urgent", "3 March 2026, 09:00"):
        assert word in page
    for word in (str(referral_id), "urvivor", "Lovage", "example.org"):
        assert word not in page


async def test_scanners_that_open_the_link_change_nothing(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    _, _, token = await matching.offered()
    scanner = visitor_of(matching)
    before = await matching.told_types()

    for _ in range(3):
        assert (await scanner.reads(f"/offers/{token}")).status_code == 200
        assert (await scanner.reads(f"/offers/{token}", "HEAD")).status_code == 200
    for action in ("accept", "decline", "seen", "give-up"):
        assert (await scanner.reads(f"/offers/{token}/{action}")).status_code in (404, 405)

    assert await offer_state(matching) == "sent"
    assert await matching.told_types() == before


async def test_a_form_that_is_not_ours_is_refused(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    _, _, token = await matching.offered()

    answer = await visitor_of(matching).client.post(f"/offers/{token}/accept", data={"csrf_token": "x"})

    assert answer.status_code == 403
    assert await offer_state(matching) == "sent"


async def test_an_unknown_link_says_so(matching: Matching) -> None:
    answer = await visitor_of(matching).reads("/offers/abcdef")

    assert answer.status_code == 404
    assert "incomplete" in answer.text


async def test_thinking_and_accepting_and_then_only_who_signs_in_goes_on(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    _, _, token = await matching.offered()
    therapist, page = visitor_of(matching), f"/offers/{token}"

    assert (await therapist.sends(f"{page}/seen", page)).status_code == 303
    assert await offer_state(matching) == "acknowledged"
    assert "thinking about it" in (await therapist.reads(page)).text

    assert (await therapist.sends(f"{page}/accept", page)).headers["location"] == page
    assert len(await matching.told(OfferAccepted)) == 1
    again = await therapist.sends(f"{page}/accept", page)
    assert again.status_code == 409
    assert "You had accepted already" in again.text

    shown = (await therapist.reads(page)).text
    assert "Sign in and get in touch" in shown
    assert 'href="/portal"' in shown


async def test_declining_needs_a_reason_and_is_thanked_for(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    _, _, token = await matching.offered()
    therapist, page = visitor_of(matching), f"/offers/{token}"

    refused = await therapist.sends(f"{page}/decline", page)
    assert refused.status_code == 422
    assert "Choose the reason that fits best." in refused.text
    nonsense = await therapist.sends(f"{page}/decline", page, reason="<b>because</b>")
    assert nonsense.status_code == 422
    assert "because" not in nonsense.text

    assert (await therapist.sends(f"{page}/decline", page, reason="too-far")).status_code == 303
    assert [event.reason for event in await matching.told(OfferDeclined)] == ["too-far"]
    assert "Thank you for letting us know" in (await therapist.reads(page)).text


async def test_too_late_is_told_kindly(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    _, _, token = await matching.offered()
    therapist, page = visitor_of(matching), f"/offers/{token}"
    form = (await therapist.reads(page)).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    await matching.passes(timedelta(hours=73))
    assert len(await matching.told(OfferExpired)) == 1

    late = await therapist.client.post(f"{page}/accept", data={"csrf_token": form})

    assert late.status_code == 409
    assert "nothing is held against you" in late.text
    assert await matching.told(OfferAccepted) == []


async def test_an_offer_taken_back_says_so(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    referral_id, _, token = await matching.offered()
    await matching.hears(closed(referral_id))

    assert "taken back" in (await visitor_of(matching).reads(f"/offers/{token}")).text
