"""What people see of matching and can do: therapists their offers by link, staff the register and the matches."""

from services.matching.web import (
    application_form,
    application_page,
    application_review,
    clocks,
    desk,
    episodes,
    matches,
    offers,
    portal,
    references,
    runs,
    supervision,
    therapists,
    waiting,
)

ROUTERS = (
    application_form.router,
    application_page.router,
    references.router,
    application_review.router,
    offers.router,
    supervision.router,
    *therapists.ROUTERS,
    runs.router,
    clocks.router,
    desk.router,
    waiting.router,
    matches.router,
    episodes.router,
    *portal.ROUTERS,
)
