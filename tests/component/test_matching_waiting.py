"""Those who wait are woken by exactly the change that matters, the most urgent first, and are never without a date."""

from datetime import timedelta

import pytest

from services.matching.domain.capacity import Refused
from services.matching.handlers import therapists
from shared.events.matching import MatchProposed, ReferralWaitlisted, TherapistStandingChanged
from shared.kernel.errors import Conflict
from shared.kernel.ids import ReferralId
from tests.component.matching import Matching, closed, matching_service, therapist_row

__all__ = ["matching_service"]

SOON = timedelta(seconds=1)


async def proposed(matching: Matching) -> list[ReferralId]:
    return [event.referral_id for event in await matching.told(MatchProposed)]


async def looks_set_for_now(matching: Matching) -> int:
    async with matching.kernel.reading() as db:
        count: int = await db.fetchval(
            "SELECT count(*) FROM timer WHERE kind = 'woken' AND due_at < $1", matching.clock.now() + SOON
        )
    return count


async def test_a_new_therapist_wakes_whoever_waited_for_one(matching: Matching) -> None:
    far = await matching.takes_on(outward_code="AB10")
    near = await matching.takes_on()

    await matching.has_therapists(therapist_row(1))
    assert await looks_set_for_now(matching) == 1
    await matching.passes(SOON)

    assert await proposed(matching) == [near]
    assert far not in await proposed(matching)


async def test_a_free_place_goes_to_the_most_urgent_and_then_to_the_longest_waiting(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    holder = await matching.takes_on()
    routine = await matching.takes_on()
    await matching.passes(timedelta(hours=1))
    urgent_later = await matching.takes_on(priority="urgent")
    await matching.passes(timedelta(hours=1))
    urgent_last = await matching.takes_on(priority="urgent")

    await matching.hears(closed(holder))
    await matching.passes(SOON)
    assert await proposed(matching) == [holder, urgent_later]

    await matching.hears(closed(urgent_later))
    await matching.passes(SOON)
    await matching.hears(closed(urgent_last))
    await matching.passes(SOON)
    assert await proposed(matching) == [holder, urgent_later, urgent_last, routine]


async def test_more_places_wake_and_fewer_than_are_taken_are_refused(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
    await matching.takes_on()
    waiting = await matching.takes_on()
    therapist_id = await matching.therapist_id(1)

    async def change(maximum: int, available: int) -> object:
        return await matching.perform(
            str(therapist_id),
            lambda tx: therapists.change_capacity(tx, therapist_id, maximum=maximum, available=available),
        )

    refused = await change(0, 0)
    assert isinstance(refused, Refused)
    assert refused.code == "capacity-below-open-cases"
    assert isinstance(await change(2, 2), Refused)

    await change(2, 1)
    await matching.passes(SOON)
    assert (await proposed(matching))[-1] == waiting


async def test_a_wake_that_helps_nobody_is_not_told_and_keeps_the_date(matching: Matching) -> None:
    await matching.takes_on(client_group="survivor", setting="online")
    (before,) = await matching.told(ReferralWaitlisted)

    await matching.has_therapists(therapist_row(1, online="yes", client_groups="thoughts"))
    await matching.passes(SOON)

    assert await matching.told(ReferralWaitlisted) == [before]
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT due_at FROM timer WHERE kind = 'look-again'") == before.next_look_at


async def test_a_paused_therapist_is_asked_again_only_after_coming_back(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    therapist_id = await matching.therapist_id(1)
    running = await matching.takes_on()

    async def move(standing: str, *actors: str) -> None:
        await matching.perform(
            str(therapist_id),
            lambda tx: therapists.change_standing(tx, therapist_id, standing, actors=frozenset(actors)),  # type: ignore[arg-type]
        )

    await move("paused", "coordinator")
    waiting = await matching.takes_on()
    assert await proposed(matching) == [running]
    with pytest.raises(Conflict):
        await move("suspended", "coordinator")

    await move("active", "coordinator")
    await matching.passes(SOON)
    assert await proposed(matching) == [running, waiting]
    assert [event.standing for event in await matching.told(TherapistStandingChanged)] == ["active", "paused", "active"]


async def test_what_a_suspended_therapist_was_asked_goes_to_the_next(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, _, _ = await matching.offered()
    therapist_id = await matching.therapist_id(1)

    await matching.perform(
        str(therapist_id),
        lambda tx: therapists.change_standing(tx, therapist_id, "suspended", actors=frozenset({"registrar"})),
    )
    await matching.passes(SOON)

    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)


async def test_the_reason_follows_what_is_missing(matching: Matching) -> None:
    await matching.has_therapists(
        therapist_row(1, client_groups="thoughts"), therapist_row(2, capacity_available=0, client_groups="survivor")
    )

    await matching.takes_on(client_group="voyeurism")
    await matching.takes_on(client_group="survivor")
    await matching.takes_on(outward_code="AB10")

    reasons = [event.reason for event in await matching.told(ReferralWaitlisted)]
    assert reasons == ["no-such-skill", "no-free-place", "nobody-near"]
