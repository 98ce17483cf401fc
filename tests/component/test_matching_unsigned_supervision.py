"""A supervisor who has not answered is asked again, and each of the links signs, once."""

from datetime import date, timedelta

import pytest

from services.matching.domain.supervision import Supervision, Supervisor
from services.matching.handlers.supervision import NewSupervisor, add_supervisor, answer_supervision, enter_supervision
from services.matching.store.supervision import log_of, supervision_by_token
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from shared.messaging.transaction import Transaction
from tests.component.matching import Matching, matching_service, therapist_row

__all__ = ["matching_service"]
pytestmark = pytest.mark.servers


async def entered(matching: Matching, minutes: int = 60) -> Supervision:
    """A meeting in the log of the first therapist."""
    therapist = await matching.therapist_id(1)

    async def work(tx: Transaction) -> Supervision:
        supervisor = await add_supervisor(tx, therapist, NewSupervisor("Sue", "sue@example.org", "S-1"))
        assert isinstance(supervisor, Supervisor)
        held_on = date(2026, 3, 1)
        entry = await enter_supervision(tx, therapist, supervisor.supervisor_id, held_on=held_on, minutes=minutes)
        assert isinstance(entry, Supervision)
        return entry

    return await matching.perform(str(therapist), work)


async def links(matching: Matching) -> list[str]:
    """The tokens mailed to the supervisor so far."""
    told = [one for one in await matching.told(LetterRequested) if one.kind == "supervision-to-sign"]
    return [str(matching.opened(one, "notifications", Letter).link).rsplit("/", 1)[1] for one in told]


async def signs(matching: Matching, token: str) -> bool:
    """The supervisor presses the button under a link; False where the link leads nowhere."""
    async with matching.kernel.reading() as db:
        entry = await supervision_by_token(db, token)
    if entry is None:
        return False
    return await matching.perform(str(entry.therapist_id), lambda tx: answer_supervision(tx, entry, signed=True))


@pytest.mark.parametrize("which", [0, 2])
async def test_an_unsigned_meeting_is_asked_about_twice_more_and_any_link_signs_it_once(
    matching: Matching, which: int
) -> None:
    await matching.has_therapists(therapist_row(1))
    await entered(matching)

    await matching.passes(timedelta(days=7, minutes=1))
    await matching.passes(timedelta(days=14, minutes=1))
    await matching.passes(timedelta(days=60))

    mailed = await links(matching)
    assert len(mailed) == 3
    assert await signs(matching, mailed[which])
    assert [await signs(matching, token) for token in mailed] == [False] * 3


async def test_nobody_is_asked_again_who_has_signed(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await entered(matching)
    (token,) = await links(matching)
    assert await signs(matching, token)

    await matching.passes(timedelta(days=30))

    assert len(await links(matching)) == 1


async def test_a_lost_mail_is_asked_for_by_writing_the_meeting_in_again(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await entered(matching, minutes=60)
    await entered(matching, minutes=90)

    lost, newest = await links(matching)
    assert not await signs(matching, lost)
    assert await signs(matching, newest)
    async with matching.kernel.reading() as db:
        (entry,) = await log_of(db, await matching.therapist_id(1))
    assert (entry.minutes, entry.state) == (90, "signed")
