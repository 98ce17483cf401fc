"""How matching is put together."""

from pathlib import Path

from services.matching import consumers, timers, web
from services.matching.settings import MatchingSettings
from services.matching.web import application_page
from shared.service import Service

HERE = Path(__file__).parent

SERVICE = Service(
    name="matching",
    settings=MatchingSettings,
    consumers=consumers,
    timers=timers,
    routers=web.ROUTERS,
    templates=HERE / "templates",
    static=HERE / "static",
    uploads=application_page.UPLOADS,
)
