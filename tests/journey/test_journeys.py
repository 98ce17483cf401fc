"""A referral reaches its end, and every refusal leads somewhere, in four real processes and a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.journey.town import PATIENCE, Town

pytestmark = [
    pytest.mark.servers,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("journeys"),
]


def column_of(town: Town, place: str) -> str | None:
    """In which column of the board the card of this place is; None while there is none."""
    page = town.staff("cora", "coordinator")
    page.goto(town.fleet.url("notifications", f"/board?area={place}"))
    card = page.locator("[data-column] > li").first
    found = card.locator("xpath=..").get_attribute("data-column") if card.count() else None
    page.close()
    return found


def reaches(town: Town, place: str, column: str) -> None:
    """Wait until the card of this place is in this column."""
    town.fleet.eventually(lambda: column_of(town, place) == column, f"{place} does not reach {column}")


def answer(town: Town, link: str, button: str, *choices: str) -> Page:
    """Open an offer's link as its therapist, choose, and press."""
    page = town.somebody()
    page.goto(link)
    if choices:
        page.get_by_text("I cannot take this client").click()
    for choice in choices:
        page.check(f"input[value='{choice}']")
    page.get_by_role("button", name=button).click()
    return page


def open_first(town: Town, page: Page, place: str) -> None:
    """Open the first of a list at intake, once there is one."""

    def is_there() -> bool:
        page.goto(town.fleet.url("intake", place))
        return page.locator("main th a").count() > 0

    town.fleet.eventually(is_there, f"nothing stands at {place}")
    page.locator("main th a").first.click()


def needs_nobody(town: Town, link: str) -> None:
    """Wait until an offer's link says that its therapist has nothing to do any more."""
    page = town.somebody()

    def says_so() -> bool:
        page.goto(link)
        return page.get_by_role("heading", name="Nothing is needed from you").is_visible()

    town.fleet.eventually(says_so, "the offer still stands")


def look_into(concern: Page) -> None:
    """Take on the concern whose page is open, and decide that nobody is at risk."""
    concern.get_by_role("button", name="I take this on").click()
    concern.check("input[value='nothing-to-tell']")
    concern.locator("#note").fill("Nobody is at risk now; the client was safe when we spoke.")
    concern.get_by_role("button", name="Note the decision").click()


def test_somebody_asks_and_is_helped(town: Town) -> None:
    town.therapist("TQ-1", "TQ13")
    town.fund("South West", "south-west", 1000)
    board = town.staff("cora", "coordinator")
    board.goto(town.fleet.url("notifications", "/board?area=TQ13"))

    receipt = town.ask("TQ13", means="cannot-pay")

    expect(board.locator("[data-column='offered'] > li")).to_have_count(1, timeout=PATIENCE)
    page = answer(town, town.offer_mail_to("TQ-1"), "Accept this client")
    expect(page.get_by_role("heading", name="Thank you for taking this client")).to_be_visible()
    expect(board.locator("[data-column='accepted'] > li")).to_have_count(1, timeout=PATIENCE)
    portal = town.in_the_portal("TQ-1", page.context)
    town.reached_and_attended(portal)
    expect(board.locator("[data-column='in-therapy'] > li")).to_have_count(1, timeout=PATIENCE)
    town.raises_a_concern(portal)
    expect(board.locator(".alarm").first).to_be_visible(timeout=20_000)
    desk = town.staff("saoirse", "safeguarding", "triage")
    open_first(town, desk, "/safeguarding")
    expect(desk.get_by_text("Somebody may be in danger on Saturday.")).to_be_visible()
    look_into(desk)
    portal.get_by_role("link", name="The therapy has ended").click()
    portal.check("input[value='completed']")
    portal.fill("#report", "It went well, and they know what to do.")
    portal.get_by_role("button", name="End the therapy").click()
    expect(board.locator("[data-column='closed'] > li")).to_have_count(1, timeout=PATIENCE)
    client = town.come_back(receipt)
    town.fleet.eventually(lambda: "This is finished" in town.state_of(client), "the client does not see the end")


def test_nobody_near_is_waited_for_until_somebody_joins(town: Town) -> None:
    town.ask("SA1")
    reaches(town, "SA1", "waiting")

    town.therapist("SA-1", "SA1")

    reaches(town, "SA1", "offered")


def test_no_money_is_waited_for_until_it_comes(town: Town) -> None:
    town.therapist("NE-1", "NE2")
    fund_id = town.fund("North East", "north-east")
    town.ask("NE2", means="cannot-pay")
    reaches(town, "NE2", "waiting")

    town.money(fund_id, 2000)

    reaches(town, "NE2", "offered")


def test_one_declines_and_the_next_is_asked(town: Town) -> None:
    town.therapist("LS-1", "LS6", fee=50)
    town.therapist("LS-2", "LS6", fee=90)
    town.ask("LS6")
    page = answer(town, town.offer_mail_to("LS-1"), "Pass this client on", "full")
    expect(page.get_by_text("somebody else is being asked")).to_be_visible()

    page = answer(town, town.offer_mail_to("LS-2"), "Accept this client")

    expect(page.get_by_role("heading", name="Thank you for taking this client")).to_be_visible()
    reaches(town, "LS6", "accepted")


def test_one_does_not_answer_and_the_next_is_asked(town: Town) -> None:
    town.therapist("NG-1", "NG7", fee=50)
    town.therapist("NG-2", "NG7", fee=90)
    town.ask("NG7")
    link = town.offer_mail_to("NG-1")

    town.fleet.rows(
        "matching",
        "UPDATE timer SET due_at = now() WHERE kind = 'offer-expires' AND key IN "
        "(SELECT offer_id::text FROM offer JOIN therapist USING (therapist_id) "
        " WHERE offer.state = 'sent' AND therapist.outward_code = 'NG7') RETURNING 1",
    )

    assert town.offer_mail_to("NG-2") != link
    needs_nobody(town, link)


def test_a_client_withdraws_and_everything_held_for_them_is_free_again(town: Town) -> None:
    town.therapist("CB-1", "CB2")
    fund_id = town.fund("East", "east-of-england", 1000)
    receipt = town.ask("CB2", means="cannot-pay")
    link = town.offer_mail_to("CB-1")

    client = town.come_back(receipt)
    client.goto(town.fleet.url("intake", "/return/close"))
    client.get_by_role("button", name="Close").last.click()

    reaches(town, "CB2", "closed")
    needs_nobody(town, link)
    free = "SELECT amount FROM fund_balance WHERE fund_id = %s AND account = 'available'"
    town.fleet.eventually(
        lambda: town.fleet.rows("funding", free, fund_id)[0]["amount"] == 1000_00, "the money is not free again"
    )


def test_danger_stops_everything_until_people_have_looked(town: Town) -> None:
    town.therapist("BT-1", "BT7")
    town.ask("BT7", danger="yes")
    reaches(town, "BT7", "triage")
    desk = town.staff("saoirse", "safeguarding", "triage")

    open_first(town, desk, "/safeguarding")
    look_into(desk)
    open_first(town, desk, "/triage")
    desk.check("input[value='suitable']")
    desk.get_by_role("button", name="Decide").click()

    reaches(town, "BT7", "offered")
