"""The simulation and the service place the same clients with the same therapists; money sways both as it should."""

from dataclasses import asdict, replace
from typing import Any

from deploy.simulation.course import Course
from deploy.simulation.policies import look
from deploy.simulation.setup import Run, Setup, outward_codes
from deploy.simulation.suiting import World, world_of
from deploy.simulation.therapists import Therapist
from services.matching import store
from shared.events.funding import FundingOutlookChanged, MoneyLine
from shared.events.matching import MatchProposed
from shared.kernel.ids import ReferralId, TherapistId
from tests.component.matching import Matching, matching_service, therapist_row

__all__ = ["matching_service"]

SETUP = Setup(seed=11, weeks=2, arrivals=700, therapists=45)
GOOD = FundingOutlookChanged(outlook_id="money", version=1, lines=(MoneyLine(level="good"),))


def row_of(therapist: Therapist) -> dict[str, str]:
    """The therapist as a row of the register's file."""
    candidate = therapist.candidate
    codes = {point: code for code, point in outward_codes()[2].items()}
    several = ("client_groups", "age_bands", "legal_stages", "languages")
    return therapist_row(
        therapist.index,
        **{name: ";".join(getattr(candidate, name)) for name in several},
        gender=candidate.gender,
        outward_code=codes[candidate.point],
        radius_km=candidate.radius_km,
        online="yes" if candidate.online else "no",
        step_free_access="yes" if candidate.step_free_access else "no",
        child_clearance="yes" if candidate.child_clearance else "no",
        session_fee=candidate.session_fee // 100,
        capacity_maximum=candidate.capacity_maximum,
        capacity_available=candidate.capacity_maximum,
    )


async def registered(matching: Matching, world: World) -> World:
    """The world with the ids that its therapists have on the service's register."""
    await matching.has_therapists(*(row_of(one) for one in world.therapists))
    therapists = []
    for one in world.therapists:
        therapist_id = await matching.therapist_id(one.index)
        therapists.append(replace(one, candidate=replace(one.candidate, therapist_id=therapist_id)))
    return replace(world, therapists=tuple(therapists))


async def test_the_simulation_places_everybody_with_whom_the_service_does(matching: Matching) -> None:
    drawn = world_of(SETUP)
    at_work = tuple(replace(one, joins=0, away=(), busy_until=()) for one in drawn.therapists)
    world = await registered(matching, replace(drawn, therapists=at_work))
    await matching.hears(GOOD)
    course = Course(Run(SETUP, "immediate"), world)
    course.until_today(0)

    for client in world.clients:
        course.arrives(client)
        look(course, [client])
        need: dict[str, Any] = {
            name: value for name, value in asdict(client.need).items() if name not in ("point", "money", "interpreter")
        }
        await matching.takes_on(client.referral_id, priority=client.priority, **need)

    proposed = {event.referral_id: event.therapist_id for event in await matching.told(MatchProposed)}
    simulated: dict[ReferralId, TherapistId] = {
        world.clients[number].referral_id: world.therapists[fate.therapist].candidate.therapist_id
        for number, fate in course.fates.items()
        if fate.therapist is not None
    }
    assert len(simulated) > len(world.clients) / 2
    assert proposed == simulated


async def chosen_with(matching: Matching, version: int, *lines: MoneyLine) -> int:
    """Which of the two therapists somebody who cannot pay is matched with, when the money stands like this."""
    await matching.hears(FundingOutlookChanged(outlook_id="money", version=version, lines=lines))
    referral_id = await matching.takes_on(client_group="survivor", means="cannot-pay")
    chosen = (await matching.proposed_for(referral_id)).therapist_id
    return 1 if chosen == await matching.therapist_id(1) else 2


async def test_the_cheaper_therapist_is_chosen_when_money_is_scarce_and_the_better_when_a_fund_can_pay(
    matching: Matching,
) -> None:
    better = therapist_row(1, session_fee=95, client_groups="survivor", capacity_maximum=9, capacity_available=9)
    cheaper = therapist_row(2, session_fee=45, client_groups="survivor;family;thoughts;images", outward_code="TQ14")
    await matching.has_therapists(better, cheaper | {"capacity_maximum": "9", "capacity_available": "9"})
    fitting: dict[str, Any] = {"client_groups": ("survivor",), "regions": ("south-west",)}

    assert await chosen_with(matching, 1, MoneyLine(level="scarce")) == 2
    assert await chosen_with(matching, 2, MoneyLine(level="scarce"), MoneyLine(**fitting, level="good")) == 1
    other: dict[str, Any] = {**fitting, "regions": ("wales",)}
    assert await chosen_with(matching, 3, MoneyLine(level="scarce"), MoneyLine(**other, level="good")) == 2


async def test_the_explanation_says_what_money_made_of_a_fee(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await matching.hears(FundingOutlookChanged(outlook_id="money", version=1, lines=(MoneyLine(level="scarce"),)))
    referral_id = await matching.takes_on(means="cannot-pay")

    async with matching.kernel.reading() as db:
        stored = await store.latest_explanation(db, matching.kernel.keys, referral_id)
    assert stored is not None
    (part,) = (part for part in stored.explanation.choice.considered[0].parts if part.name == "affordable")
    assert part.sentence == "Money for this client is scarce, so a lower fee counts: £60 a session."
    assert stored.replay == "same"
