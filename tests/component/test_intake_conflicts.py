"""Whoever is named shares a code with their own request, from every way in; nobody can read what it was made of."""

from collections.abc import AsyncIterator, Callable

import pytest

from services.intake.handlers.api_keys import create_api_key
from services.intake.store.drafts import draft_of
from shared.events.intake import ReferralTriaged
from shared.events.sealed import NeedProfile
from tests.component.intake import Intake, filled_in, sent
from tests.component.test_intake_api import GOOD
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

Said = dict[str, str | list[str]]
STRANGER: Said = {"channel": "email", "email": "stranger@example.org", "name": "Sam Other"}
NAMED: Said = {"channel": "phone", "phone": "07700 900123", "may_leave_message": "no", "name": "Jos\u00e9 O'Doe"}


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


async def by_form(intake: Intake, contact: Said, apart: Said | None = None) -> set[str]:
    """Ask for help as a client; gives what matching is told."""
    async with intake.browser() as browser:
        await sent(browser, contact=contact, apart=apart or {})
    return await tokens(intake)


async def by_program(intake: Intake, **said: object) -> set[str]:
    key = await intake.by("operator", "keys", lambda tx: create_api_key("Example Surgery", tx))
    async with intake.browser() as program:
        program.headers.update({"Authorization": f"Bearer {key.secret}", "Idempotency-Key": "one"})
        answer = await program.post("/api/v1/referrals", json={**GOOD, **said})
    assert answer.status_code == 201
    return await tokens(intake)


async def tokens(intake: Intake) -> set[str]:
    """What the newest referral is known by, without what says whose name it is."""
    newest = (await intake.told(ReferralTriaged))[-1]
    profile = intake.opened(newest, "matching", NeedProfile)
    return {token.partition(":")[2].partition(":")[0] for token in profile.conflict_tokens}


async def test_somebody_who_is_named_shares_a_code_with_their_own_request(intake: Intake) -> None:
    survivor = await by_form(intake, STRANGER, {"person_name": "odoe, JOSE"})
    by_number = await by_form(intake, STRANGER, {"person_phone": "+44 (0)7700 900-123"})
    themselves = await by_form(intake, NAMED)
    from_program = await by_program(intake, client_name="Robin Third", connected=["Mr Jose O'Doe (1970)"])

    assert survivor & themselves
    assert by_number & themselves
    assert from_program & themselves
    assert from_program & survivor


async def test_two_of_one_family_share_a_code(intake: Intake) -> None:
    mother = await by_form(intake, NAMED, {"shared_file": "house 12/345"})
    child = await by_form(intake, {**NAMED, "name": "Kim", "phone": "447700900123"})
    brother = await by_program(intake, client_name="Lee Else", client_email="lee@example.org", files=["HOUSE-12345"])

    assert mother & child
    assert mother & brother
    assert not child & brother


async def test_strangers_never_share_a_code(intake: Intake) -> None:
    one = await by_form(intake, STRANGER, {"person_name": "Jo First", "shared_file": "CRN 11111"})
    other = await by_form(intake, NAMED, {"person_name": "Jo Second", "shared_file": "CRN 22222"})
    third = await by_program(intake, client_name="Robin Third", connected=["Jo Fourth"], files=["CRN 33333"])

    assert one
    assert other
    assert third
    assert not one & other
    assert not one & third
    assert not other & third


async def test_what_was_said_is_a_code_from_the_first_moment(intake: Intake) -> None:
    async with intake.browser() as browser:
        checked = await filled_in(browser, apart={"person_name": "Zebra Quagga", "person_email": "zebra@example.org"})
        again = await browser.get("/referral/apart")
        async with intake.kernel.reading() as db:
            row = await db.fetchrow("SELECT visit_hash FROM draft")

            draft = await draft_of(db, intake.kernel.keys, row["visit_hash"], intake.clock.now())
        assert draft is not None
        kept = str(draft.answers["apart"]).casefold()

    assert "A code, of which nobody can read what you told us" in checked.text
    for text in (checked.text.casefold(), again.text.casefold(), kept):
        assert "zebra" not in text
        assert "quagga" not in text


async def test_somebody_more_can_be_named_and_all_can_be_taken_away(intake: Intake) -> None:
    async with intake.browser() as browser:
        await filled_in(browser, contact=STRANGER, apart={"person_name": "Jo First"})
        await browser.form("/referral/apart?change=true", person_name="Jo Second")
        await browser.form("/referral/apart?change=true")
        await browser.form("/referral/check")
    both = await tokens(intake)
    async with intake.browser() as browser:
        await filled_in(browser, contact=STRANGER, apart={"person_name": "Jo First"})
        await browser.form("/referral/apart?change=true", take_away="yes")
        await browser.form("/referral/check")

    assert len(both) == len(await tokens(intake)) + 2


async def test_a_first_name_alone_is_not_enough(intake: Intake) -> None:
    async with intake.browser() as browser:
        await browser.form("/start")
        shown = await browser.form("/referral/apart", person_name="Jo")

    assert shown.status_code == 422
    assert "Enter a first name and a last name" in shown.text
