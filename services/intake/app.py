"""How intake is plugged together."""

from pathlib import Path

from services.intake import consumers, timers
from services.intake.settings import IntakeSettings
from services.intake.web import api, calls, form, leaving, professionals, returning, safeguarding, triage
from shared.service import Service

FOLDER = Path(__file__).parent

SERVICE = Service(
    name="intake",
    settings=IntakeSettings,
    consumers=consumers,
    timers=timers,
    routers=(
        leaving.router,
        leaving.way_out,
        professionals.router,
        form.router,
        returning.router,
        api.router,
        calls.router,
        triage.router,
        safeguarding.router,
    ),
    templates=FOLDER / "templates",
    static=FOLDER / "static",
)
