"""Both are asked how it goes, in time and only with consent; answers score a therapy and danger is told at once."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.funding.domain.evaluations import Evaluation
from services.funding.handlers.answering import Incomplete, Over, Sent, send_form
from services.funding.handlers.importing import import_questionnaires
from services.funding.store import courses, evaluations
from shared.events.funding import EvaluationDue, OutcomeScored, RiskAnswered
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed
from shared.events.matching import SessionAttended, TherapyStarted
from shared.events.sealed import EvaluationLink, OutcomeProfile
from shared.kernel.errors import Conflict
from shared.kernel.ids import SessionId
from tests.component.funding import Client, Funding, funding_service

__all__ = ["funding_service"]

AGREED = ("referral", "sharing", "subsidy", "evaluation", "statistics")
DAY = timedelta(days=1)


def started(client: Client) -> TherapyStarted:
    return TherapyStarted(referral_id=client.referral_id, match_id=client.match_id, therapist_id=client.therapist_id)


def attended(client: Client, number: int, funding: Funding) -> SessionAttended:
    return SessionAttended(
        referral_id=client.referral_id, match_id=client.match_id, therapist_id=client.therapist_id,
        session_id=SessionId(uuid4()), held_on=funding.clock.now().date(), number=number,
    )  # fmt: skip


async def in_therapy(funding: Funding, **profile: Any) -> Client:
    client = await funding.a_match(**{"consents": AGREED, **profile})
    await funding.hears(started(client))
    return client


async def asked(funding: Funding, moment: str, respondent: str = "client") -> Evaluation:
    told = [one for one in await funding.told(EvaluationDue) if one.respondent == respondent]
    async with funding.kernel.reading() as db:
        found = [await evaluations.evaluation_by_id(db, funding.kernel.keys, one.administration_id) for one in told]
    return next(one for one in found if one is not None and one.moment == moment)


async def answer(funding: Funding, evaluation: Evaluation, *, low: bool, **changed: str) -> list[Any]:
    """Send every form with the first or the last choices; `q9` and the like change one of PHQ-9."""
    results = []
    for at, (code, _) in enumerate(evaluation.parts, 1):
        results.append(await _send(funding, evaluation, at, answers_to(code, low=low, **changed)))
    return results


async def _send(
    funding: Funding, evaluation: Evaluation, at: int, answers: Mapping[str, str], *, skip: bool = False
) -> Sent | Incomplete | Over:
    return await funding.perform(
        str(evaluation.referral_id),
        lambda tx: send_form(tx, evaluation.evaluation_id, at, answers, skip=skip),
        actor="client",
    )


def answers_to(code: str, *, low: bool, **changed: str) -> dict[str, str]:
    items = {"phq-9": 9, "gad-7": 7}.get(code)
    if items is None:
        return {"gender": "female", "age": "15", "desired": "achieved", "ready": "very", "progress": "better"}
    plain = {str(number): "0" if low or number == 9 else "3" for number in range(1, items + 1)}
    return {**plain, **{name.removeprefix("q"): value for name, value in changed.items() if code == "phq-9"}}


async def test_both_are_asked_a_day_after_the_first_session_each_by_a_link_of_their_own(funding: Funding) -> None:
    await in_therapy(funding)
    assert await funding.told(EvaluationDue) == []

    await funding.passes(DAY)

    told = await funding.told(EvaluationDue)
    links = {one.respondent: funding.opened(one, "notifications", EvaluationLink).link for one in told}
    assert set(links) == {"client", "therapist"}
    assert len(set(links.values())) == 2
    async with funding.kernel.reading() as db:
        for respondent, link in links.items():
            found = await evaluations.evaluation_by_token(db, funding.kernel.keys, link.rpartition("/")[2])
            assert found is not None
            assert found.respondent == respondent
        kept = await db.fetch("SELECT token_hash FROM evaluation_link")
    assert not any(row["token_hash"] in links[respondent] for row in kept for respondent in links)


async def test_review_and_end_are_asked_too_and_nothing_twice(funding: Funding) -> None:
    client = await in_therapy(funding)
    await funding.passes(DAY)
    for number in range(1, 8):
        await funding.hears(attended(client, number, funding))
        await funding.hears_again()
    await funding.passes(DAY)
    await funding.hears(client.ended())
    await funding.passes(DAY)

    moments = [(await asked(funding, moment)).moment for moment in ("start", "review", "end")]
    assert moments == ["start", "review", "end"]
    assert len(await funding.told(EvaluationDue)) == 6


@pytest.mark.parametrize("consents", [("referral", "sharing", "subsidy"), ("referral", "statistics")])
async def test_nobody_is_asked_without_consent(funding: Funding, consents: tuple[str, ...]) -> None:
    client = await in_therapy(funding, consents=consents)
    await funding.passes(3 * DAY)
    assert await funding.told(EvaluationDue) == []

    await funding.hears(ConsentGiven(referral_id=client.referral_id, purpose="evaluation", version=1))
    await funding.hears(client.ended())
    await funding.passes(DAY)
    assert len(await funding.told(EvaluationDue)) == 2


async def test_a_withdrawal_stops_at_once_and_takes_the_answers_with_it(funding: Funding) -> None:
    client = await in_therapy(funding)
    await funding.passes(DAY)
    evaluation = await asked(funding, "start")
    await _send(funding, evaluation, 1, answers_to("phq-9", low=True))

    await funding.hears(ConsentWithdrawn(referral_id=client.referral_id, purpose="evaluation"))

    now = await asked(funding, "start")
    assert now.state == "closed"
    assert now.answers is None
    assert await _send(funding, evaluation, 2, answers_to("gad-7", low=True)) == Over("closed")
    await funding.passes(60 * DAY)
    assert len(await funding.told(EvaluationDue)) == 2


async def test_reminders_carry_a_fresh_link_while_the_old_one_goes_on_working_and_then_it_ends(
    funding: Funding,
) -> None:
    await in_therapy(funding)
    await funding.passes(60 * DAY)

    told = [one for one in await funding.told(EvaluationDue) if one.respondent == "client"]
    links = [funding.opened(one, "notifications", EvaluationLink).link for one in told]
    assert [one.reminder for one in told] == [0, 1, 2]
    assert len(set(links)) == 3
    async with funding.kernel.reading() as db:
        found = [
            await evaluations.evaluation_by_token(db, funding.kernel.keys, one.rpartition("/")[2]) for one in links
        ]
    assert {one.evaluation_id for one in found if one} == {told[0].administration_id}
    assert [one.state for one in found if one] == ["closed"] * 3


async def test_an_answer_about_danger_is_told_in_the_same_moment_once(funding: Funding) -> None:
    await in_therapy(funding)
    await funding.passes(DAY)
    evaluation = await asked(funding, "start")

    first = await _send(funding, evaluation, 1, answers_to("phq-9", low=True, q9="1"))

    assert first == Sent(2, danger=True)
    assert [one.administration_id for one in await funding.told(RiskAnswered)] == [evaluation.evaluation_id]
    await _send(funding, evaluation, 1, answers_to("phq-9", low=True, q9="3"))
    assert len(await funding.told(RiskAnswered)) == 1


async def test_without_a_risk_nobody_is_alarmed(funding: Funding) -> None:
    await in_therapy(funding)
    await funding.passes(DAY)

    await answer(funding, await asked(funding, "start"), low=False)

    assert await funding.told(RiskAnswered) == []


async def test_a_finished_therapy_is_scored_for_matching_alone(funding: Funding) -> None:
    client = await in_therapy(funding)
    await funding.passes(DAY)
    await answer(funding, await asked(funding, "start"), low=False)
    await funding.hears(client.ended())
    await funding.hears(ReferralClosed(referral_id=client.referral_id, ended_by="therapist", reason="completed"))
    await funding.passes(DAY)

    results = await answer(funding, await asked(funding, "end"), low=True)

    assert [one.following for one in results] == [2, 3, None]
    [scored] = await funding.told(OutcomeScored)
    assert funding.opened(scored, "matching", OutcomeProfile) == OutcomeProfile(
        measure="phq-9", change="recovered", desired="achieved"
    )
    async with funding.kernel.reading() as db:
        labels = await courses.labels_of(db, funding.kernel.keys, client.match_id)
        row = await db.fetchrow("SELECT answers FROM evaluation WHERE moment = 'end' AND respondent = 'client'")
    assert labels is not None
    assert labels["gender"] == "female"
    assert b"achieved" not in row["answers"]


async def test_gaps_are_refused_unless_they_are_meant_and_then_there_is_no_score(funding: Funding) -> None:
    client = await in_therapy(funding)
    await funding.passes(DAY)
    evaluation = await asked(funding, "start")
    answers = {key: value for key, value in answers_to("phq-9", low=False).items() if key != "4"}

    refused = await _send(funding, evaluation, 1, answers)
    assert isinstance(refused, Incomplete)
    assert set(refused.problems) == {"4"}
    assert (await asked(funding, "start")).answers is None

    assert await _send(funding, evaluation, 1, answers, skip=True) == Sent(2, danger=False)
    await _send(funding, evaluation, 2, {}, skip=True)
    await _send(funding, evaluation, 3, answers_to("about-you", low=True))
    await funding.hears(client.ended())
    await funding.passes(DAY)
    await answer(funding, await asked(funding, "end"), low=True)
    [scored] = await funding.told(OutcomeScored)
    assert funding.opened(scored, "matching", OutcomeProfile).change == "not-scored"


@pytest.mark.parametrize("wrong", ["4", "-1", "x", "0; DROP"])
async def test_an_answer_that_was_not_offered_is_refused(funding: Funding, wrong: str) -> None:
    await in_therapy(funding)
    await funding.passes(DAY)

    refused = await _send(funding, await asked(funding, "start"), 1, answers_to("phq-9", low=True, q1=wrong), skip=True)

    assert isinstance(refused, Incomplete)


async def test_somebody_whose_match_was_taken_back_is_not_asked(funding: Funding) -> None:
    client = await in_therapy(funding)
    await funding.hears(client.withdrawn())

    await funding.passes(3 * DAY)

    assert await funding.told(EvaluationDue) == []


async def test_who_does_not_want_to_be_counted_is_counted_as_nothing_in_particular(funding: Funding) -> None:
    client = await in_therapy(funding)
    await funding.hears(ConsentWithdrawn(referral_id=client.referral_id, purpose="statistics"))

    async with funding.kernel.reading() as db:
        assert await courses.labels_of(db, funding.kernel.keys, client.match_id) is None


async def test_once_core_is_loaded_it_is_asked_and_its_words_never_change(funding: Funding) -> None:
    core = {
        "code": "core-10", "version": 1, "title": "How you have been", "measure": "core-10",
        "scale": list("abcde"), "items": [f"Item {number}" for number in range(1, 11)],
        "reversed": [2, 3], "risk_item": 6,
    }  # fmt: skip
    for new in (1, 0):
        assert await funding.perform("import", lambda tx: import_questionnaires(tx, json.dumps([core]))) == new
    with pytest.raises(Conflict):
        await funding.perform("import", lambda tx: import_questionnaires(tx, json.dumps([{**core, "title": "Other"}])))

    await in_therapy(funding)
    await funding.passes(DAY)

    assert (await asked(funding, "start")).parts == (("core-10", 1), ("about-you", 1))
    answers = {str(number): "0" for number in range(1, 11)} | {"6": "1"}
    assert await _send(funding, await asked(funding, "start"), 1, answers) == Sent(2, danger=True)
