"""A referee's page, found by the link in the letter: it shows whom it is about and nothing else of the application."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.matching.domain.references import Asked, Statement, statement_from
from services.matching.handlers import applications
from services.matching.store import applications as application_store
from services.matching.store import references as store
from services.matching.web.application_words import WORDS
from services.matching.web.limits import count
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, kernel_of, page
from shared.web.forms import tidy

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]


@router.api_route("/references/{token}", methods=["GET", "HEAD"])
async def reference_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """What is asked about whom; opening the link changes nothing."""
    return await _shown(request, token, kernel, Form(None))


@router.post("/references/{token}")
async def give_reference(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Keep what the referee says, once."""
    await count(request, "reference")
    asked, _ = await _found(kernel, token)
    typed = {name: tidy(value) for name, value in (await request.form()).items() if isinstance(value, str)}
    read = statement_from(typed)
    form: Form[Any] = Form(None, {name: (value,) for name, value in typed.items()})
    if not isinstance(read, Statement):
        return await _shown(request, token, kernel, form.refused(**read), status=422)
    taken = await kernel.perform(
        str(asked.application_id), lambda tx: applications.take_statement(tx, asked, read), actor="referee"
    )
    if not taken:
        return await _shown(request, token, kernel, Form(None), status=409)
    return RedirectResponse(f"/references/{token}", 303)


async def _found(kernel: Kernel, token: str) -> tuple[Asked, str]:
    async with kernel.reading() as db:
        asked = await store.reference_by_token(db, kernel.keys, token)
        about = await application_store.application_by_id(db, kernel.keys, asked.application_id) if asked else None
    if asked is None or about is None:
        raise NotFound(
            "reference-unknown", "This link leads nowhere. It may be incomplete: open it from the letter once more."
        )
    return asked, about.name


async def _shown(request: Request, token: str, kernel: Kernel, form: Form[Any], *, status: int = 200) -> Response:
    asked, name = await _found(kernel, token)
    open_still = asked.state == "asked" and asked.expires_at > kernel.clock.now()
    return page(
        request,
        "references/reference.html",
        status,
        token=token,
        asked=asked,
        open=open_still,
        name=name,
        form=form,
        words=WORDS,
    )
