"""A therapist sees what we have seen of their papers, and writes the supervision log that their supervisor signs."""

import re
from datetime import date, timedelta

import pytest

from services.matching.handlers.supervision import NewSupervisor, add_supervisor
from services.matching.store.supervision import log_of
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import visitor_of
from tests.component.portal import asks, letters, path_of, signs_in
from tests.component.register import does, insurance, shows, therapist

pytestmark = pytest.mark.servers
__all__ = ["matching_service"]


async def test_a_therapist_sees_what_runs_out_and_how_to_renew_it(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())
    until = matching.clock.now().date() + timedelta(days=20)
    await shows(matching, insurance(until))
    visitor = await signs_in(matching)
    home, papers = (await visitor.reads("/portal")).text, (await visitor.reads("/portal/papers")).text

    assert "Renew your insurance" in home
    for shown in ("Runs out soon", f"{until.day} {until:%B %Y}", "How to renew it", "We have not seen this yet."):
        assert shown in papers, shown


async def test_a_lapsed_therapist_can_still_write_the_log_and_the_supervisor_is_asked(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())
    await does(matching, lambda tx, one: add_supervisor(tx, one, NewSupervisor("Sue", "sue@example.org", "S-1")))
    today = matching.clock.now().date()
    await shows(matching, insurance(today + timedelta(days=1)))
    await matching.passes(timedelta(days=2))
    assert (await therapist(matching)).standing == "lapsed"
    visitor = await signs_in(matching)
    page = "/portal/papers"
    (supervisor,) = re.findall(r'<option value="([0-9a-f-]{36})"', (await visitor.reads(page)).text)
    meeting = {"supervisor": supervisor, "held_on": str(today), "minutes": "60"}

    later = await visitor.sends(f"{page}/supervision", page, **{**meeting, "held_on": str(today + timedelta(days=9))})
    assert (later.status_code, "in the future" in later.text) == (422, True)
    assert (await visitor.sends(f"{page}/supervision", page, **meeting)).status_code == 303
    assert "Waits for a signature" in (await visitor.reads(page)).text
    sent = [one for one in await matching.told(LetterRequested) if one.kind == "supervision-to-sign"]
    assert [matching.opened(one, "notifications", Letter).email for one in sent] == ["sue@example.org"]


async def test_nobody_writes_into_the_log_of_another(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2))
    supervisor = await does(
        matching, lambda tx, one: add_supervisor(tx, one, NewSupervisor("Sue", "sue@example.org", "S-1"))
    )
    visitor = visitor_of(matching)
    await asks(visitor, "therapist2@example.org")
    path = path_of((await letters(matching))[-1])
    await visitor.sends(path, path)
    answer = await visitor.sends(
        "/portal/papers/supervision",
        "/portal/profile",
        supervisor=str(supervisor.supervisor_id),
        held_on=str(date(2026, 3, 1)),
        minutes="60",
    )

    assert answer.status_code == 422
    for number in (1, 2):
        async with matching.kernel.reading() as db:
            assert await log_of(db, await matching.therapist_id(number)) == []
