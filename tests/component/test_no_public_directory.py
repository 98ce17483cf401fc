"""There is no public directory: no route of the four services that opens without a sign-in names a therapist."""

import re
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from services.matching.handlers import supervision
from services.matching.handlers.supervision import NewSupervisor
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from shared.kernel.ids import SERVICES, ServiceName
from shared.service import Service
from shared.web import create_web
from tests.component.harness import Component
from tests.component.matching import SETTINGS, Matching, matching_service, therapist_row
from tests.component.matching_pages import PageSettings
from tests.databases import ServiceDatabase

__all__ = ["matching_service"]

SECRETS = re.compile(r"Zebedee|Quill|R-0001|therapist1@|\bTQ13\b|Yolanda|yolanda@")
METHODS = ("GET", "HEAD", "POST")


def leaves(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, also those inside included routers."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", route), "routes", None)
        yield from leaves(inner) if inner else (route,)


async def _ready() -> dict[str, object]:
    return {"ready": True}


def app_of(service: Service, kernel: Any) -> FastAPI:
    return create_web(
        service=service.name,
        settings=PageSettings(),
        kernel=kernel,
        readiness=_ready,
        routers=service.routers,
        templates_folders=[service.templates] if service.templates else [],
        static_folder=service.static,
    )


async def walk(app: FastAPI, fillers: dict[str, str]) -> list[tuple[str, str, int]]:
    """Open every route as nobody, with real ids in its address, and give what answered; fails at the first name."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    walked = []
    async with httpx.AsyncClient(transport=transport, base_url="https://somewhere.example", timeout=5) as nobody:
        for route in leaves(app.routes):
            pattern = getattr(route, "path", "")
            if "/stream" in pattern:
                continue
            path = re.sub(r"\{(\w+)[^}]*\}", lambda part: fillers.get(part[1], str(uuid4())), pattern)
            for method in sorted(set(getattr(route, "methods", None) or {"GET"}) & set(METHODS)):
                answer = await nobody.request(method, path)
                walked.append((method, pattern, answer.status_code))
                told = answer.text + str(answer.headers)
                assert not SECRETS.search(told), f"{method} {pattern}"
                assert fillers["therapist_id"] not in answer.text, f"{method} {pattern}"
    return walked


async def test_no_page_of_matching_without_a_sign_in_names_a_therapist(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, name="Zebedee Quill"))
    referral_id, offer_id, token = await matching.offered()
    therapist_id = await matching.therapist_id(1)
    given = NewSupervisor("Yolanda Quill", "yolanda@example.org", "S-1")
    supervisor = await matching.perform("x", lambda tx: supervision.add_supervisor(tx, therapist_id, given))
    assert not isinstance(supervisor, tuple)
    day = matching.clock.now().date()
    await matching.perform(
        str(therapist_id),
        lambda tx: supervision.enter_supervision(tx, therapist_id, supervisor.supervisor_id, held_on=day, minutes=60),
    )
    letter = matching.opened((await matching.told(LetterRequested))[-1], "notifications", Letter)
    signing = str(letter.link).rsplit("/", 1)[1]
    fillers = {
        "therapist_id": str(therapist_id),
        "match_id": str((await matching.proposed_for(referral_id)).match_id),
        "referral_id": str(referral_id),
        "offer_id": str(offer_id),
    }
    app = app_of(import_module("services.matching.app").SERVICE, matching.kernel)

    walked = [answer for links in (token, signing) for answer in await walk(app, {**fillers, "token": links})]

    opened = {pattern for method, pattern, status in walked if status == 200 and method == "GET"}
    assert {"/offers/{token}", "/supervision/{token}"} <= opened
    assert not {pattern for pattern in opened if pattern.startswith(("/therapists", "/matches", "/episodes"))}
    assert len(walked) > 80


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "matching"])
async def test_no_page_of_another_service_without_a_sign_in_lists_anybody(
    name: ServiceName, database_for: Callable[[str], ServiceDatabase]
) -> None:
    service: Service = import_module(f"services.{name}.app").SERVICE
    component = await Component.start(
        name, database_for(name).application_dsn, service.subscriptions, settings=SETTINGS
    )
    try:
        walked = await walk(app_of(service, component.kernel), {"therapist_id": str(uuid4())})
    finally:
        await component.stop()

    assert len(walked) > 10
    places = {pattern for _, pattern, _ in walked}
    assert not {place for place in places if re.search(r"directory|find-a-therapist", place)}


async def test_the_walk_sees_a_directory_where_there_is_one(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, name="Zebedee Quill"))
    app = app_of(import_module("services.matching.app").SERVICE, matching.kernel)

    @app.get("/our-therapists")
    async def directory() -> dict[str, str]:
        return {"name": "Zebedee Quill"}

    with pytest.raises(AssertionError, match="GET /our-therapists"):
        await walk(app, {"therapist_id": str(uuid4())})
