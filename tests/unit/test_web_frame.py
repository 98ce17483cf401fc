"""The guards around every page: headers, forged forms, bodies, failures and the log."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from shared.telemetry import counter
from shared.web.cookies import VISIT_COOKIE
from tests.web_sample import HERE, MARKER, SampleSettings, browser, hidden_token, sample_web


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    with capture_logs():
        async with browser(sample_web()) as found:
            yield found


async def token_of(client: httpx.AsyncClient) -> str:
    return hidden_token((await client.get("/form")).text)


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for address in ("/form", "/nothing-here", "/fails/unexpectedly", "/things/x", "/static/tokens.css", "/health/live"):
        headers = (await client.get(address)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["strict-transport-security"]
        assert headers["x-request-id"]
        assert headers["cache-control"] == ("no-cache" if address.startswith("/static") else "no-store")


async def test_plain_http_on_this_machine_is_not_told_to_become_https() -> None:
    settings = SampleSettings(public_urls={"intake": "http://localhost:1", "notifications": "http://localhost:2"})
    async with browser(sample_web(settings=settings), "http://localhost:1") as client:
        response = await client.get("/form")
    assert "strict-transport-security" not in response.headers
    assert "form-action 'self' http://localhost:1 http://localhost:2" in response.headers["content-security-policy"]


async def test_pages_describing_the_api_do_not_exist(client: httpx.AsyncClient) -> None:
    for address in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(address)).status_code == 404


async def test_a_form_of_ours_is_taken(client: httpx.AsyncClient) -> None:
    token = await token_of(client)
    response = await client.post(
        "/form",
        data={"channel": "email", "csrf_token": token},
        headers={"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    )
    assert response.status_code == 200
    assert response.json()["channel"] == "email"


async def test_the_token_may_come_in_a_header(client: httpx.AsyncClient) -> None:
    token = await token_of(client)
    response = await client.post("/bodies", json={"age": 1, "area": "TQ13"}, headers={"X-CSRF-Token": token})
    assert response.status_code == 200


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
async def test_a_form_without_the_right_token_is_refused(client: httpx.AsyncClient, token: str | None) -> None:
    await token_of(client)
    fields = {"channel": "email"} | ({"csrf_token": token} if token is not None else {})
    assert (await client.post("/form", data=fields)).status_code == 403


async def test_a_token_is_good_only_with_its_own_cookie(client: httpx.AsyncClient) -> None:
    token = await token_of(client)
    async with browser(sample_web()) as other:
        without_cookie = await other.post("/form", data={"channel": "email", "csrf_token": token})
        await other.get("/form")
        with_another = await other.post("/form", data={"channel": "email", "csrf_token": token})
    assert (without_cookie.status_code, with_another.status_code) == (403, 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.intake.example"},
    ],
)
async def test_a_form_sent_from_elsewhere_is_refused_even_with_the_token(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    fields = {"channel": "email", "csrf_token": await token_of(client)}
    assert (await client.post("/form", data=fields, headers=headers)).status_code == 403


async def test_a_form_from_another_of_our_services_is_taken(client: httpx.AsyncClient) -> None:
    fields = {"channel": "email", "csrf_token": await token_of(client)}
    headers = {"Sec-Fetch-Site": "same-site", "Origin": "https://matching.example"}
    assert (await client.post("/form", data=fields, headers=headers)).status_code == 200


async def test_only_marked_endpoints_work_without_a_token(client: httpx.AsyncClient) -> None:
    body = {"age": 1, "area": "TQ13"}
    assert (await client.post("/api/v1/bodies", json=body)).status_code == 200
    assert (await client.post("/bodies", json=body)).status_code == 403


def test_a_route_that_the_guard_cannot_reach_is_not_mounted() -> None:
    async def change(_: Request) -> Response:
        return Response()

    bare = APIRouter()
    bare.add_route("/change", change, methods=["POST"])
    with pytest.raises(TypeError, match="not guarded"):
        sample_web(routers=(bare,))


async def test_the_visit_cookie_is_host_bound_secure_and_out_of_reach(client: httpx.AsyncClient) -> None:
    cookie = (await client.get("/form")).headers["set-cookie"]
    assert cookie.startswith(f"{VISIT_COOKIE}=")
    assert VISIT_COOKIE.startswith("__Host-")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_pages_without_a_form_set_no_cookie(client: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await client.get("/nothing-here")).headers


async def test_a_second_page_keeps_the_visit(client: httpx.AsyncClient) -> None:
    await client.get("/form")
    assert "set-cookie" not in (await client.get("/form")).headers


async def test_exit_changes_the_cookie_clears_the_site_and_leaves(client: httpx.AsyncClient) -> None:
    await client.get("/form")
    before = client.cookies[VISIT_COOKIE]
    response = await client.get("/exit")
    assert response.status_code == 303
    assert not response.headers["location"].startswith((HERE, "/"))
    assert response.headers["clear-site-data"] == '"cache", "storage"'
    assert client.cookies[VISIT_COOKIE] != before


async def test_a_validation_error_of_the_api_names_the_field_and_never_the_value(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/v1/bodies", json={"age": MARKER, "area": MARKER, MARKER: MARKER})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in response.json()["errors"]} == {"age", "area", ""}
    assert MARKER not in response.text


async def test_a_validation_error_on_a_page_is_a_page_without_the_value(client: httpx.AsyncClient) -> None:
    response = await client.get(f"/things/{MARKER}", headers={"Accept": "text/html"})
    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert MARKER not in response.text


async def test_a_page_shows_a_form_again_with_its_answers_and_escapes_them(client: httpx.AsyncClient) -> None:
    fields = {"note": "<script>alert(1)</script>", "csrf_token": await token_of(client)}
    response = await client.post("/form", data=fields)
    assert response.status_code == 422
    assert "<title>Error: How may we reach you?</title>" in response.text
    assert '<a href="#channel">Choose how we may reach you.</a>' in response.text
    assert "&lt;script&gt;alert(1)" in response.text
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"age": NaN, "area": "x"}', "not-a-number"),
        (b'{"age": 1, "age": 2, "area": "x"}', "repeated-key"),
        (b"[" * 5000, "nested-too-deeply"),
        (f'{{"age": 1, "area": "{MARKER}'.encode(), "not-json"),
    ],
)
async def test_json_that_is_not_strict_is_refused_before_anything_reads_it(
    client: httpx.AsyncClient, body: bytes, code: str
) -> None:
    response = await client.post("/api/v1/bodies", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert MARKER not in response.text


async def test_a_body_that_is_too_large_is_refused_announced_or_not(client: httpx.AsyncClient) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 300_000

    announced = await client.post("/api/v1/bodies", content=b"x" * 1_100_000)
    unannounced = await client.post("/api/v1/bodies", content=stream())
    assert (announced.status_code, unannounced.status_code) == (413, 413)


@pytest.mark.parametrize(
    ("how", "status"), [("not-found", 404), ("conflict", 409), ("retry", 503), ("unprocessable", 422)]
)
async def test_a_broken_promise_is_told_in_its_own_sentence(client: httpx.AsyncClient, how: str, status: int) -> None:
    as_page = await client.get(f"/fails/{how}")
    as_json = await client.get(f"/fails/{how}", headers={"Accept": "application/json"})
    assert as_page.status_code == as_json.status_code == status
    assert "A sentence for people." in as_page.text
    assert as_json.json()["code"] == f"sample-{how}"
    assert ("retry-after" in as_page.headers) == (how == "retry")


async def test_the_unexpected_is_told_kindly_with_a_reference_and_without_its_message(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/fails/unexpectedly")
    assert response.status_code == 500
    assert response.headers["x-request-id"] in response.text
    assert MARKER not in response.text


async def test_a_request_is_one_line_with_the_pattern_of_its_path(client: httpx.AsyncClient) -> None:
    prefixed = APIRouter(prefix="/prefixed")

    @prefixed.get("/{name}")
    async def named(name: str) -> str:
        return name

    with capture_logs() as lines:
        async with browser(sample_web(routers=(prefixed,))) as other:
            await other.get(f"/prefixed/{MARKER}")
        await client.get(f"/things/7731?secret={MARKER}", headers={"User-Agent": MARKER, "Referer": MARKER})
        await client.get(f"/{MARKER}")
    assert [(line["event"], line["path"], line["status"]) for line in lines] == [
        ("request.handled", "/prefixed/{name}", 200),
        ("request.handled", "/things/{thing}", 200),
        ("request.handled", "unmatched", 404),
    ]
    assert MARKER not in str(lines)
    assert "127.0.0.1" not in str(lines)


async def test_health_tells_the_truth_about_readiness(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"alive": True}
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["outbox"]) == (503, {"rows": 3})


async def test_the_figures_of_this_process_can_be_read(client: httpx.AsyncClient) -> None:
    counter("stopso_test_pages_total", "Counted only here.").inc(3)
    assert "stopso_test_pages_total 3.0" in (await client.get("/metrics")).text
