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

NOT_FOUND = ("Page not found", "There is nothing at this address. The link may be old, or not complete.")
WORDS = {
    400: ("We could not read that", "Something did not arrive as it should. Please go back and try again."),
    401: ("Please sign in", "You need to sign in to see this."),
    403: (
        "You cannot open this page",
        "Your sign-in does not open it. If you think it should, ask your administrator.",
    ),
    404: NOT_FOUND,
    405: NOT_FOUND,
    409: ("Something has changed", "This has moved on since you opened the page. Nothing was lost: please look again."),
    413: ("That is too large", "What you sent is larger than we can take. Please shorten it and try again."),
    422: ("There is a problem", "Some answers need another look."),
    429: ("Please wait a little", "There were too many attempts in a short time. Please try again in a few minutes."),
    500: ("Sorry, something went wrong", "This is our fault and not yours. Please try again in a moment."),
    503: ("Please try again in a moment", "We cannot do this right now. It should work again in a moment."),
}
STATUSES: dict[type[BrokenPromise], int] = {NotFound: 404, Conflict: 409, Retry: 503, Unprocessable: 422}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, without its value."""

    field: str
    message: str


def failure_response(
    request: Request, status: int, *, code: str = "", sentence: str = "", problems: Sequence[Problem] = ()
) -> Response:
    """The page, or for programs the `application/problem+json`, that says what could not be done."""
    title, words = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    headers = {"Retry-After": "5"} if status == 503 else {}
    if wants_json(request):
        body: dict[str, object] = {
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


async def _on_broken_promise(request: Request, error: BrokenPromise) -> Response:
    status = next(status for promise, status in STATUSES.items() if isinstance(error, promise))
    return failure_response(request, status, code=error.code, sentence=error.sentence)


async def _on_validation_error(request: Request, error: RequestValidationError) -> Response:
    problems = [Problem(field, message) for field, message in problems_in(error.errors())]
    return failure_response(request, 422, code="not-valid", problems=problems)


async def _on_http_exception(request: Request, error: HTTPException) -> Response:
    response = failure_response(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _on_not_allowed(request: Request, error: NotAllowed) -> Response:
    return failure_response(request, 403, code=error.code, sentence=error.sentence)


async def _on_sign_in_needed(request: Request, error: SignInNeeded) -> Response:
    in_background = "hx-request" in request.headers or "text/event-stream" in request.headers.get("accept", "")
    if in_background:
        response = failure_response(request, 401)
        response.headers["HX-Redirect"] = error.address
        return response
    return RedirectResponse(error.address, 303)


def answer_failures(app: FastAPI) -> None:
    """Let `app` answer every expected failure in our own words."""
    for promise in STATUSES:
        app.exception_handler(promise)(_on_broken_promise)
    app.exception_handler(RequestValidationError)(_on_validation_error)
    app.exception_handler(HTTPException)(_on_http_exception)
    app.exception_handler(NotAllowed)(_on_not_allowed)
    app.exception_handler(SignInNeeded)(_on_sign_in_needed)
