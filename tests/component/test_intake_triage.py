"""Staff decide: with a reason where they differ, never over each other, and never past an undecided concern."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from services.intake.handlers import closing, returning, safeguarding
from services.intake.handlers.safeguarding import DisclosureDecision
from services.intake.store.messages import thread_of
from services.intake.store.referrals import Referral
from shared.events.intake import (
    MessageLeft,
    ReferralClosed,
    ReferralTriaged,
    SafeguardingConcernClosed,
    SafeguardingConcernEscalated,
    SafeguardingConcernRaised,
)
from shared.events.sealed import NeedProfile
from shared.kernel.errors import Conflict, Unprocessable
from tests.component.intake import ANNA, BERTA, Intake, a_submission
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


async def decide_disclosure(intake: Intake, referral: Referral) -> None:
    """Take the concern on, and note that nothing had to be passed on."""
    concern = await intake.concern(referral)
    decision = DisclosureDecision("nothing-to-tell", "Spoke with them; nobody is at risk.")
    key, actor = referral.referral_id, f"staff:{ANNA}"
    await intake.by(actor, key, lambda tx: safeguarding.acknowledge(concern.concern_id, tx))
    await intake.by(actor, key, lambda tx: safeguarding.decide_disclosure(concern.concern_id, decision, tx))


async def test_staff_send_a_doubtful_referral_on(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    decided = await intake.decides(referral)

    assert decided.state == "suitable"
    [triaged] = await intake.told(ReferralTriaged)
    assert (triaged.outcome, triaged.decided_by) == ("suitable", "staff")
    assert intake.opened(triaged, "matching", NeedProfile).client_group == "survivor"


async def test_what_was_not_said_is_filled_in_by_staff(intake: Intake) -> None:
    referral = await intake.receives(a_submission(client_group=None))
    with pytest.raises(Conflict):
        await intake.decides(referral)
    await intake.decides(referral, client_group="images", legal_stage="unknown-to-authorities")

    [triaged] = await intake.told(ReferralTriaged)
    assert intake.opened(triaged, "matching", NeedProfile).client_group == "images"


async def test_another_priority_needs_a_reason(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    with pytest.raises(Unprocessable):
        await intake.decides(referral, priority="urgent")
    await intake.decides(referral, priority="urgent", reason="Court is next week.")

    [triaged] = await intake.told(ReferralTriaged)
    assert triaged.priority == "urgent"


async def test_two_people_deciding_at_once_one_wins_and_the_other_is_told(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    outcomes = await asyncio.gather(
        intake.decides(referral, ANNA),
        intake.decides(referral, BERTA, outcome="not-ready"),
        return_exceptions=True,
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(refused) == 1
    assert "quicker" in refused[0].sentence
    assert len(await intake.told(ReferralTriaged)) == 1


async def test_closing_and_deciding_at_once_only_one_happens(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    await asyncio.gather(
        intake.by("client", referral.referral_id, lambda tx: closing.close_by_client(referral.referral_id, tx)),
        intake.decides(referral),
        return_exceptions=True,
    )

    types = [name for name in await intake.told_types() if name in ("ReferralTriaged", "ReferralClosed")]
    assert types in (["ReferralClosed"], ["ReferralTriaged", "ReferralClosed"])
    assert (await intake.referral(referral.referral_id)).state == "withdrawn"


async def test_no_therapist_is_looked_for_while_a_concern_is_undecided(intake: Intake) -> None:
    referral = await intake.receives(a_submission(danger="yes"))
    with pytest.raises(Conflict) as refused:
        await intake.decides(referral)
    assert refused.value.code == "concern-undecided"

    await decide_disclosure(intake, referral)
    assert (await intake.decides(referral)).state == "suitable"


async def test_an_outcome_that_ends_it_tells_everybody(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    await intake.decides(referral, outcome="signposted", message="Please call the other service.")

    [closed] = await intake.told(ReferralClosed)
    assert (closed.ended_by, closed.reason) == ("charity", "signposted")
    assert (await intake.told_types())[-3:] == ["ReferralTriaged", "MessageLeft", "ReferralClosed"]


async def test_a_question_waits_for_the_client_and_their_answer_brings_it_back(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    key = referral.referral_id
    asked = await intake.decides(referral, outcome="more-information", message="Which town is nearest?")
    assert asked.state == "more_info_needed"

    await intake.by("client", key, lambda tx: returning.reply(key, "Totnes.", uuid4(), tx))
    assert (await intake.referral(key)).state == "in_triage"
    assert [message.by_client for message in await intake.told(MessageLeft)] == [False, True]


async def test_a_message_sent_twice_is_there_once(intake: Intake) -> None:
    referral = await intake.receives()
    key, message_id = referral.referral_id, uuid4()
    for _ in range(2):
        await intake.by("client", key, lambda tx: returning.reply(key, "Any news?", message_id, tx))

    assert len(await intake.told(MessageLeft)) == 1


async def test_without_an_answer_the_client_is_asked_again_and_then_a_person_looks(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    await intake.decides(referral, outcome="more-information", message="Which town is nearest?")

    await intake.passes(timedelta(days=7))
    async with intake.kernel.reading() as db:
        thread = await thread_of(db, intake.kernel.keys, referral.referral_id)
    assert [message.by_client for message in thread] == [False, False]
    assert (await intake.referral(referral.referral_id)).state == "more_info_needed"

    await intake.passes(timedelta(days=7))
    found = await intake.referral(referral.referral_id)
    assert found.state == "in_triage"
    assert found.look_by is not None


async def test_a_concern_nobody_takes_on_climbs_until_somebody_does(intake: Intake) -> None:
    referral = await intake.receives(a_submission(danger="yes"))
    await intake.passes(timedelta(hours=4, minutes=1))
    assert [told.level for told in await intake.told(SafeguardingConcernEscalated)] == [1, 2, 3]

    await decide_disclosure(intake, referral)
    await intake.passes(timedelta(days=3))
    assert len(await intake.told(SafeguardingConcernEscalated)) == 3


async def test_a_concern_taken_on_but_not_decided_climbs_too(intake: Intake) -> None:
    referral = await intake.receives(a_submission(danger="yes"))
    concern = await intake.concern(referral)
    await intake.by(f"staff:{ANNA}", referral.referral_id, lambda tx: safeguarding.acknowledge(concern.concern_id, tx))
    await intake.passes(timedelta(hours=23))
    assert await intake.told(SafeguardingConcernEscalated) == []
    await intake.passes(timedelta(minutes=90))
    assert [told.level for told in await intake.told(SafeguardingConcernEscalated)] == [1]


async def test_closing_a_concern_takes_two_different_people(intake: Intake) -> None:
    referral = await intake.receives(a_submission(danger="yes"))
    await decide_disclosure(intake, referral)
    concern_id = (await intake.concern(referral)).concern_id
    key = referral.referral_id
    await intake.by(f"staff:{ANNA}", key, lambda tx: safeguarding.propose_closing(concern_id, tx))

    with pytest.raises(Conflict):
        await intake.by(f"staff:{ANNA}", key, lambda tx: safeguarding.confirm_closing(concern_id, tx))
    assert await intake.told(SafeguardingConcernClosed) == []

    await intake.by(f"staff:{BERTA}", key, lambda tx: safeguarding.confirm_closing(concern_id, tx))
    assert len(await intake.told(SafeguardingConcernClosed)) == 1


async def test_a_disclosure_without_its_reason_is_not_noted(intake: Intake) -> None:
    referral = await intake.receives(a_submission(danger="yes"))
    concern_id = (await intake.concern(referral)).concern_id
    key, actor = referral.referral_id, f"staff:{ANNA}"
    await intake.by(actor, key, lambda tx: safeguarding.acknowledge(concern_id, tx))

    for decision in (DisclosureDecision("not-told", ""), DisclosureDecision("told", "They are at risk.")):
        with pytest.raises(Unprocessable):
            await intake.by(
                actor,
                key,
                lambda tx, it=decision: safeguarding.decide_disclosure(concern_id, it, tx),  # type: ignore[misc]
            )
    assert (await intake.concern(referral)).state == "acknowledged"


async def test_the_access_log_cannot_be_rewritten(intake: Intake) -> None:
    await intake.receives(a_submission(danger="yes"))

    assert len(await intake.told(SafeguardingConcernRaised)) == 1
    async with intake.kernel.reading() as db:
        for statement in ("UPDATE access_log SET what = 'x'", "DELETE FROM access_log", "TRUNCATE access_log"):
            with pytest.raises(Exception, match="permission denied"):
                await db.execute(statement)
