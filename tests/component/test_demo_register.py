"""The demonstration shows every state of the register: papers that run out, a lapse, stale places, a pause."""

import random
from datetime import UTC, datetime, timedelta

from deploy.stopso import demo_people
from deploy.stopso.demo_register import furnish, take_over
from services.matching import store
from services.matching.domain.london import london_day
from services.matching.store.accreditation import accreditation_of_all
from tests.component.matching import Matching, matching_service

__all__ = ["matching_service"]


async def test_the_demonstration_shows_every_state_of_the_register(matching: Matching) -> None:
    now = datetime.now(UTC)
    matching.clock.advance(now - matching.clock.now())
    today = london_day(now)

    report = await take_over(matching.kernel, demo_people.therapists(random.Random(1), today))
    await furnish(matching.kernel, today)
    await matching.passes(timedelta(0))

    assert (report.added, report.errors) == (len(demo_people.PLACES), [])
    async with matching.kernel.reading() as db:
        people = await store.all_therapists(db, matching.kernel.keys)
        lines = await accreditation_of_all(db, today)
    assert {one.standing for one in people} == {"active", "paused", "lapsed"}
    states = {line.state for one in lines.values() for line in one}
    assert states == {"in-date", "running-out", "run-out", "not-verified"}
    policy = matching.kernel.settings.register_policy
    assert {policy.is_stale(one.capacity_as_of, today) for one in people} == {True, False}
    assert {one.verified_by for one in people} == {"", "Reg Registrar"}
