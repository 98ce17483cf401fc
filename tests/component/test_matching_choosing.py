"""Coordinators ask why not, suppose what if, and choose otherwise with a reason; no rule is passed over in silence."""

import re
from functools import partial
from uuid import uuid4

import pytest

from services.matching.handlers.answers import accept
from services.matching.timers import watch_fairness
from shared.events.intake import SafeguardingConcernRaised
from shared.events.matching import MatchProposed, MatchWithdrawn, OfferWithdrawn
from shared.kernel.ids import ConcernId
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import staff_of

__all__ = ["matching_service"]

WHY = "They know each other's way of working."


async def test_why_not_names_every_failing_rule_the_changes_and_the_score(matching: Matching) -> None:
    await matching.has_therapists(
        therapist_row(1, name="Ada Lovage"),
        therapist_row(2, name="Basil Thyme", client_groups="survivor", outward_code="AB10"),
        therapist_row(3, name="Cicely Dill", session_fee=100),
    )
    referral_id = await matching.takes_on()
    coordinator, page = await staff_of(matching, "coordinator"), f"/matches/referrals/{referral_id}"

    found = (await coordinator.reads(f"{page}?q=basil")).text
    assert "Basil Thyme, AB10" in found
    assert "Ada Lovage, " not in found
    far = (await coordinator.reads(f"{page}?therapist={await matching.therapist_id(2)}")).text
    assert "All of these together" in far
    assert "Training for work with people worried about their thoughts." in far
    assert "oth accept online sessions." in far
    dear = (await coordinator.reads(f"{page}?therapist={await matching.therapist_id(3)}")).text
    assert "Every rule holds." in dear
    assert re.search(r"Affordable</th>.*?-\d", dear, re.DOTALL)
    assert (await coordinator.reads(f"{page}?therapist={referral_id}")).status_code == 404


async def test_a_coordinator_asks_another_allowed_therapist_with_a_reason(matching: Matching) -> None:
    await matching.has_therapists(
        therapist_row(1), therapist_row(2, session_fee=110), therapist_row(3, client_groups="survivor")
    )
    referral_id, _, _ = await matching.offered()
    second, third = str(await matching.therapist_id(2)), str(await matching.therapist_id(3))
    coordinator, page = await staff_of(matching, "coordinator"), f"/matches/referrals/{referral_id}"

    short = await coordinator.sends(page, f"{page}?therapist={second}", therapist=second, what="assign", reason="so")
    assert (short.status_code, "at least 10 characters" in short.text) == (422, True)
    refused = await coordinator.sends(page, f"{page}?therapist={second}", therapist=third, what="assign", reason=WHY)
    assert (refused.status_code, "does not work with" in refused.text) == (422, True)
    assert len(await matching.told(MatchProposed)) == 1

    sent = await coordinator.sends(page, f"{page}?therapist={second}", therapist=second, what="assign", reason=WHY)
    assert sent.status_code == 303
    match = await matching.proposed_for(referral_id)
    assert str(match.therapist_id) == second
    assert [event.reason for event in await matching.told(OfferWithdrawn)] == ["by-staff"]
    why = (await coordinator.reads(f"/matches/{match.match_id}")).text
    assert "They know each other" in why
    assert "the decision is the same" in why


async def test_a_conflict_is_permitted_only_with_a_reason_which_is_kept(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await matching.takes_on(conflict_tokens=("link:aa",))
    referral_id = await matching.takes_on(conflict_tokens=("link:aa",))
    therapist = str(await matching.therapist_id(1))
    coordinator, page = await staff_of(matching, "coordinator"), f"/matches/referrals/{referral_id}"

    why_not = (await coordinator.reads(f"{page}?therapist={therapist}")).text
    assert "There may be a conflict of interest with another case" in why_not
    answers = {"therapist": therapist, "what": "no-conflict-of-interest"}
    assert (await coordinator.sends(page, f"{page}?therapist={therapist}", **answers)).status_code == 422
    assert len(await matching.told(MatchProposed)) == 1

    assert (await coordinator.sends(page, f"{page}?therapist={therapist}", **answers, reason=WHY)).status_code == 303
    assert str((await matching.proposed_for(referral_id)).therapist_id) == therapist
    assert "They know each other" in (await coordinator.reads(page)).text
    async with matching.kernel.reading() as db:
        (kept,) = await db.fetch("SELECT * FROM pair_permission")
    assert (b"They" in kept["reason"], kept["permitted_by"].startswith("staff:")) == (False, True)


async def test_a_therapist_whom_the_client_refuses_is_never_proposed(matching: Matching) -> None:
    referral_id = await matching.takes_on()
    await matching.has_therapists(therapist_row(1, client_groups="survivor"))
    therapist = str(await matching.therapist_id(1))
    coordinator, page = await staff_of(matching, "coordinator"), f"/matches/referrals/{referral_id}"

    sent = await coordinator.sends(page, f"{page}?therapist={therapist}", therapist=therapist, what="refuse")
    assert sent.status_code == 303
    assert "does not want this therapist" in (await coordinator.reads(f"{page}?therapist={therapist}")).text
    await matching.has_therapists(therapist_row(1))
    assert await matching.told(MatchProposed) == []
    assert await matching.told(MatchWithdrawn) == []


async def content_of(matching: Matching) -> dict[str, list[str]]:
    """Every row of every table, the kernel's own included."""
    async with matching.kernel.reading() as db:
        rows = await db.fetch(
            """
            SELECT relname FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')
            """
        )
        tables = [row[0] for row in rows]
        return {
            table: sorted(row[0] for row in await db.fetch(f"SELECT row::text FROM {table} AS row"))  # noqa: S608
            for table in tables
        }


async def test_what_if_shows_who_would_fare_how_and_writes_nothing(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    await matching.takes_on()
    referral_id = await matching.takes_on()
    coordinator = await staff_of(matching, "coordinator")
    before = await content_of(matching)

    nothing = (await coordinator.reads("/matches/what-if")).text
    assert "Suppose something" in nothing
    placed = (await coordinator.reads("/matches/what-if?more_places=1")).text
    assert "<strong>1</strong> as supposed" in placed
    assert str(referral_id)[-8:] in placed
    newcomer = (await coordinator.reads("/matches/what-if?new_area=tq12&distance=90")).text
    assert "The new therapist" in newcomer
    assert "is not known" in (await coordinator.reads("/matches/what-if?new_area=XX1")).text

    assert await content_of(matching) == before
    assert sum(map(len, before.values())) > 3000


async def test_answers_are_counted_once_for_fairness_and_small_groups_are_hidden(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=9, capacity_available=9))
    for _ in range(6):
        _, offer_id, _ = await matching.offered()
        await matching.perform("offer", partial(accept, offer_id=offer_id))
    for _ in range(2):
        await watch_fairness(matching.kernel)
    coordinator = await staff_of(matching, "coordinator")

    text = (await coordinator.reads("/matches/fairness")).text
    assert "South west" in text
    assert "100.0 %" in text
    assert text.count("<svg") == 8
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT sum(n) FROM fairness_figure WHERE dimension = 'region'") == 6


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/matches/weights", "finance", 200),
        ("/matches/what-if", "coordinator", 200),
        ("/matches/what-if", "registrar", 403),
        ("/matches/what-if?wider_km=-1", "coordinator", 422),
    ],
)
async def test_who_may_open_what(matching: Matching, path: str, role: str, status: int) -> None:
    staff = await staff_of(matching, role)  # type: ignore[arg-type]
    assert (await staff.reads(path)).status_code == status


async def test_the_weights_in_use_are_shown_with_how_each_part_is_found(matching: Matching) -> None:
    text = (await (await staff_of(matching, "triage")).reads("/matches/weights")).text

    for word in (
        "Version 1",
        "Version 2",
        "in use",
        "not counted",
        "Shrunk towards the mean",
        "no-conflict-of-interest",
    ):
        assert word in text


async def test_while_a_concern_is_open_no_coordinator_can_have_a_therapist_asked(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=110))
    referral_id, _, _ = await matching.offered()
    concern = SafeguardingConcernRaised(
        referral_id=referral_id, concern_id=ConcernId(uuid4()), act_by=matching.clock.now()
    )
    await matching.hears(concern)
    second = str(await matching.therapist_id(2))
    coordinator, page = await staff_of(matching, "coordinator"), f"/matches/referrals/{referral_id}"

    shown = await coordinator.reads(f"{page}?therapist={second}")
    assert ("Every rule holds" in shown.text, "Ask this therapist" in shown.text) == (True, False)
    sent = await coordinator.sends(page, f"{page}?therapist={second}", therapist=second, what="assign", reason=WHY)
    assert (sent.status_code, "Nobody may be asked" in sent.text) == (422, True)
    assert len(await matching.told(MatchProposed)) == 1
