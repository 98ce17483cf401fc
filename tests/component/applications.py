"""People who apply to the register, their referees and a registrar, all at the pages."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pikepdf
from fastapi import FastAPI
from PIL import Image

from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from tests.component.matching import Matching
from tests.component.matching_pages import Visitor, pages_of, session_for

Answers = Mapping[str, str | list[str]]

SECTIONS: dict[str, Answers] = {
    "you": {"name": "Ida Applegate", "email": "ida@example.org"},
    "training": {
        "body": "BACP", "registration_number": "a-100 1", "level": "6", "training_days": "4", "practice_hours": "150",
    },
    "work": {
        "client_groups": ["thoughts", "survivor"], "age_bands": ["18-25", "26-64"], "child_clearance": "no",
        "legal_stages": ["none", "bail"], "modalities": ["cbt", "integrative"],
    },
    "place": {
        "outward_code": "tq13", "radius_km": "40", "online": "yes", "step_free_access": "no", "gender": "woman",
        "languages": ["en", "cy"],
    },
    "terms": {"session_fee": "62.50", "places": "3"},
    "referees": {
        "supervisor_name": "Sue Pervisor", "supervisor_email": "sue@example.org",
        "professional_name": "Percy Peer", "professional_email": "percy@example.org",
    },
}  # fmt: skip
NEEDED = ("qualification", "insurance", "training-certificate", "body-membership", "supervision-statement")
STATEMENT = {
    "known_as": "supervisor", "years": "4", "competent": "yes", "boundaries": "yes", "reflective": "with-doubts",
    "trusted": "yes", "words": "Careful and warm.",
}  # fmt: skip


def a_pdf(**parts: Any) -> bytes:
    """A PDF of one page; `parts` are put into its catalogue."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        for name, part in parts.items():
            pdf.Root[f"/{name}"] = part
        written = io.BytesIO()
        pdf.save(written)
    return written.getvalue()


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **saved: Any) -> bytes:
    """A picture of one colour."""
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **saved)
    return written.getvalue()


@dataclass
class Office:
    """The pages, and who uses them."""

    matching: Matching
    app: FastAPI

    @classmethod
    def of(cls, matching: Matching) -> "Office":
        return cls(matching, pages_of(matching))

    def somebody(self) -> Visitor:
        """A visitor with a browser of their own."""
        return Visitor(self.app)

    async def registrar(self) -> Visitor:
        """A registrar who is signed in."""
        return Visitor(self.app, await session_for(self.matching, "registrar"))

    async def letters(self, kind: str) -> list[Letter]:
        """The letters of a kind that were asked for, in order."""
        told = [event for event in await self.matching.told(LetterRequested) if event.kind == kind]
        return [self.matching.opened(event, "notifications", Letter) for event in told]

    async def fills_in(self, visitor: Visitor, **changes: Answers) -> httpx.Response:
        """Answer every section; gives the answer to the last one."""
        answer = await sends(visitor, "/apply", "/apply", {})
        for section, answers in SECTIONS.items():
            path = f"/apply/section/{section}"
            answer = await sends(visitor, path, path, {**answers, **changes.get(section, {})})
        return answer

    async def applies(self, **changes: Answers) -> str:
        """Fill in, send, and open the letter; gives the path of the applicant's own page."""
        visitor = self.somebody()
        await self.fills_in(visitor, **changes)
        answer = await sends(visitor, "/apply/check", "/apply/check", {})
        assert answer.headers.get("location") == "/apply/sent", answer.text
        return path_of((await self.letters("application-received"))[-1])

    async def uploads(
        self, own: str, kind: str, content: bytes | None = None, name: str = "scan.pdf"
    ) -> httpx.Response:
        """Send a document on the applicant's own page."""
        visitor = self.somebody()
        token = token_in((await visitor.reads("/apply")).text)
        return await visitor.client.post(
            f"{own}/documents",
            data={"csrf_token": token, "kind": kind},
            files={"document": (name, a_pdf() if content is None else content)},
        )

    async def vouches(self, letter: Letter, **changes: str) -> httpx.Response:
        """Answer as a referee."""
        path = path_of(letter)
        return await sends(self.somebody(), path, path, {**STATEMENT, **changes})

    async def completes(self, **changes: Answers) -> str:
        """An application with every document and both references; gives the path of the registrars' page."""
        asked = len(await self.letters("reference-wanted"))
        own = await self.applies(**changes)
        for kind in NEEDED:
            assert (await self.uploads(own, kind)).status_code == 303
        for letter in (await self.letters("reference-wanted"))[asked:]:
            assert (await self.vouches(letter)).status_code == 303
        return f"/therapists/applications/{await self.application_id()}"

    async def application_id(self) -> str:
        """The id of the last application."""
        async with self.matching.kernel.reading() as db:
            return str(await db.fetchval("SELECT application_id FROM application ORDER BY submitted_at DESC, 1 DESC"))

    async def states(self) -> list[str]:
        """The states of all applications, the oldest first."""
        async with self.matching.kernel.reading() as db:
            return [row[0] for row in await db.fetch("SELECT state FROM application ORDER BY submitted_at, 1")]


def path_of(letter: Letter) -> str:
    """The path of the link in a letter."""
    assert letter.link is not None
    return "/" + letter.link.split("/", 3)[3]


def token_in(page: str) -> str:
    """The token that a page's forms carry."""
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


async def sends(visitor: Visitor, path: str, page: str, answers: Answers) -> httpx.Response:
    """Send a form of `page` to `path`, with several values where there are several."""
    token = token_in((await visitor.reads(page)).text)
    return await visitor.client.post(path, data={"csrf_token": token, **answers})
