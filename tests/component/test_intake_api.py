"""Professionals refer by program: with a key, once for each idempotency key, and nothing is ever echoed."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from services.intake.handlers.api_keys import NewKey, create_api_key, list_api_keys, revoke_api_key
from services.intake.store import vault
from shared.events.intake import ReferralReceived, ReferralTriaged
from tests.component.intake import Browser, Intake, a_setting
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

MARKER = "zebra-marker-3321"
GOOD: dict[str, Any] = {
    "source": "gp",
    "reference": "their-42",
    "referrer_name": "Dr Example",
    "referrer_email": "surgery@example.org",
    "consent_statement": "Discussed in the surgery; they agreed to this referral.",
    "consents": ["referral", "sharing"],
    "client_group": "survivor",
    "age_band": "26-64",
    "danger": "no",
    "outward_code": "TQ13 7HD",
    "means": "cannot-pay",
    "contact_channel": "email",
    "client_name": "Robin",
    "client_email": "robin@example.org",
}


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


@pytest.fixture
async def key(intake: Intake) -> NewKey:
    return await intake.by("operator", "keys", lambda tx: create_api_key("Example Surgery", tx))


@pytest.fixture
async def program(intake: Intake, key: NewKey) -> AsyncIterator[Browser]:
    async with intake.browser() as opened:
        opened.headers["Authorization"] = f"Bearer {key.secret}"
        yield opened


async def refer(program: Browser, /, **changes: object) -> httpx.Response:
    body = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return await program.post("/api/v1/referrals", json=body, headers={"Idempotency-Key": "one"})


async def test_a_professional_refers_and_sees_the_status_only(intake: Intake, program: Browser) -> None:
    answer = await refer(program)
    assert answer.status_code == 201
    shown = await program.get(answer.headers["location"])

    assert shown.json() == {"referral_id": answer.json()["referral_id"], "status": "looking-for-a-therapist"}
    [received] = await intake.told(ReferralReceived)
    assert (received.channel, received.source) == ("api", "gp")
    assert len(await intake.told(ReferralTriaged)) == 1
    async with intake.kernel.reading() as db:
        kept = await vault.kept_of(db, intake.kernel.keys, received.referral_id)
    assert kept.need.outward_code == "TQ13"
    assert kept.referrer is not None
    assert (kept.referrer.organisation, kept.referrer.email) == ("Example Surgery", "surgery@example.org")
    assert kept.referrer.reference == "their-42"


async def test_the_same_request_again_gets_the_same_answer(intake: Intake, program: Browser) -> None:
    answers = await asyncio.gather(*(refer(program) for _ in range(3)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await intake.told(ReferralReceived)) == 1


async def test_the_same_key_with_another_body_is_refused(intake: Intake, program: Browser) -> None:
    await refer(program)
    other = await refer(program, age_band="18-25")

    assert other.status_code == 422
    assert other.json()["code"] == "idempotency-key-reused"
    assert len(await intake.told(ReferralReceived)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"age_band": MARKER}, "age_band"),
        ({"outward_code": MARKER[:12]}, "outward_code"),
        ({"client_email": MARKER}, "client_email"),
        ({"consents": ["sharing"]}, ""),
        ({"consent_statement": None}, "consent_statement"),
        ({"client_email": None}, ""),
        ({"outward_code": None}, ""),
        ({MARKER: MARKER}, ""),
    ],
)
async def test_what_is_wrong_is_said_without_repeating_it(
    intake: Intake, program: Browser, changes: dict[str, object], field: str
) -> None:
    answer = await refer(program, **changes)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]
    assert MARKER not in answer.text
    assert await intake.counted("referral") == 0


@pytest.mark.parametrize("body", ["{", "[1]", '{"age_band": NaN}', "[" * 50 + "]" * 50, '"text"', ""])
async def test_what_is_not_a_referral_is_refused(program: Browser, body: str) -> None:
    headers = {"Idempotency-Key": "one", "Content-Type": "application/json"}
    answer = await program.post("/api/v1/referrals", content=body, headers=headers)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_an_idempotency_key_nothing_is_taken(program: Browser) -> None:
    answer = await program.post("/api/v1/referrals", json=GOOD)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


async def test_a_stranger_learns_nothing(intake: Intake, program: Browser) -> None:
    location = (await refer(program)).headers["location"]
    other = await intake.by("operator", "keys", lambda tx: create_api_key("Another Organisation", tx))

    assert (await program.get(location, headers={"Authorization": f"Bearer {other.secret}"})).status_code == 404
    for wrong in ("", "Bearer ", "Bearer wrong", "Basic abc"):
        answer = await program.get(location, headers={"Authorization": wrong})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_revoked_key_opens_nothing(intake: Intake, program: Browser, key: NewKey) -> None:
    await intake.by("operator", "keys", lambda tx: revoke_api_key(key.api_key_id, tx))

    assert (await refer(program)).status_code == 401
    async with intake.kernel.reading() as db:
        [listed] = await list_api_keys(db)
        stored = await db.fetchval("SELECT row_to_json(k)::text FROM api_key k")
    assert listed.revoked_at is not None
    assert key.secret not in json.dumps(stored)


async def test_a_key_may_send_only_so_much(intake: Intake, program: Browser) -> None:
    object.__setattr__(intake.kernel, "settings", a_setting(requests_a_minute=2))
    answers = [(await refer(program)).status_code for _ in range(3)]

    assert answers == [201, 201, 429]


async def test_danger_goes_to_a_person_here_too(intake: Intake, program: Browser) -> None:
    answer = await refer(program, danger="yes")
    status = await program.get(answer.headers["location"])

    assert status.json()["status"] == "being-considered"
    assert await intake.told(ReferralTriaged) == []
