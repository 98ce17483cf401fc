"""Therapists in the portal: how they sign in and take a client, and a stand-in for intake's answers."""

from typing import Any

import httpx

from shared.events.asks import ClientContact
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from tests.component.matching import Matching, therapist_row
from tests.component.matching_pages import Visitor, visitor_of

ADDRESS = "therapist1@example.org"


async def letters(matching: Matching) -> list[Letter]:
    """The links sent so far."""
    wanted = [event for event in await matching.told(LetterRequested) if event.kind == "sign-in"]
    return [matching.opened(event, "notifications", Letter) for event in wanted]


async def asks(visitor: Visitor, email: str = ADDRESS) -> httpx.Response:
    """Ask for a link."""
    return await visitor.sends("/portal/sign-in", "/portal/sign-in", email=email)


def path_of(letter: Letter) -> str:
    """The path of a letter's link."""
    return "/portal/sign-in/" + str(letter.link).rsplit("/", 1)[1]


async def signs_in(matching: Matching, visitor: Visitor | None = None) -> Visitor:
    """The therapist, in the portal."""
    visitor = visitor or visitor_of(matching)
    await asks(visitor)
    path = path_of((await letters(matching))[-1])
    answer = await visitor.sends(path, path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal")
    return visitor


async def with_a_client(matching: Matching) -> tuple[Visitor, str]:
    """A signed-in therapist who has accepted a client, and the address of that client's page."""
    await matching.has_therapists(therapist_row())
    _, offer_id, _ = await matching.offered()
    visitor = await signs_in(matching)
    accepted = await visitor.sends(f"/portal/offers/{offer_id}/accept", f"/portal/offers/{offer_id}")
    shown = await visitor.reads(accepted.headers["location"])
    return visitor, shown.headers["location"]


class Intake:
    """Stands for intake, which knows who the client is."""

    def __init__(self, answer: ClientContact) -> None:
        self.answer = answer
        self.questions: list[Any] = []

    async def ask(self, _service: str, question: Any, _answer: Any, *, deadline: float) -> Any:  # noqa: ARG002
        """Answer as told, and keep what was asked."""
        self.questions.append(question)
        return self.answer
