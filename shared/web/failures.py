"""What people and programs are told when something cannot be done: kind words, never what they sent."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from shared.kernel.errors import BrokenPromise, Conflict, NotFound, Retry, Unprocessable
from shared.web.pages import page
from shared.web.refusals import NotAllowed, SignInNeeded
from shared.web.requests import request_id_of, wants_json
from shared.web.words import problems_in

TITLES = {
    400: ("We could not read that", "Something in the request did not arrive as it should. Please go back and try again."),
    401: ("Please sign in", "You need to sign in to see this."),
    403: ("You cannot open this page", "It is not open to you with the sign-in you have. If you think it should be, ask your administrator."),
    404: ("Page not found", "There is nothing at this address. It may have been moved, or the link may be incomplete."),
    405: ("Page not found", "There is nothing at this address. It may have been moved, or the link may be incomplete."),
    409: ("Something has changed", "Somebody else was quicker, or this has moved on since the page was opened. Nothing was lost."),
    413: ("That is too large", "What you sent is larger than we can take. Please shorten it and try again."),
    422: ("There is a problem", "Some answers need another look."),
    429: ("Please wait a little", "There were too many attempts in a short time. Please wait a few minutes and try again."),
    500: ("Sorry, something went wrong", "This is our fault and not yours. Nothing you had already sent is lost. Please try again in a moment."),
    503: ("Please try again in a moment", "We cannot do this right now. Nothing was lost; it should work in a moment."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, without its value."""

    field: str
    message: str


def failure_response(
    request: Request, status: int, *, code: str = "", sentence: str = "", problems: Sequence[Problem] = ()
) -> Response:
    """The page, or for programs the `application/problem+json`, that says what could not be done."""
    title, words = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    headers = {"Retry-After": "5"} if status == 503 else {}
    if wants_json(request):
        body = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "code": code or title.lower().replace(" ", "-").replace(",", ""),
            "detail": sentence or words,
            "request_id": request_id_of(request),
        }
        if problems:
            body["errors"] = [asdict(problem) for problem in problems]
        return JSONResponse(body, status, headers, "application/problem+json")
    return page(
        request,
        "failures/failure.html",
        status,
        headers=headers,
        title=title,
        sentence=sentence or words,
        problems=problems,
        reference=request_id_of(request) if status >= 500 else "",
    )


async def _on_broken_promise(request: Request, error: Exception) -> Response:
    match error:
        case NotFound():
            status = 404
        case Conflict():
            status = 409
        case Retry():
            status = 503
        case Unprocessable():
            status = 422
        case _:
            status = 500
    assert isinstance(error, BrokenPromise)
    return failure_response(request, status, code=error.code, sentence=error.sentence)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [Problem(field, message) for field, message in problems_in(error.errors())]
    return failure_response(request, 422, code="not-valid", problems=problems)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = failure_response(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _on_not_allowed(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotAllowed)
    return failure_response(request, 403, code=error.code, sentence=error.sentence)


async def _on_sign_in_needed(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInNeeded)
    background = "hx-request" in request.headers or "text/event-stream" in request.headers.get("accept", "")
    if background:
        response = failure_response(request, 401)
        response.headers["HX-Redirect"] = error.address
        return response
    return RedirectResponse(error.address, 303)


def answer_failures(app: FastAPI) -> None:
    """Let `app` answer every expected failure in our own words."""
    app.add_exception_handler(BrokenPromise, _on_broken_promise)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(NotAllowed, _on_not_allowed)
    app.add_exception_handler(SignInNeeded, _on_sign_in_needed)
