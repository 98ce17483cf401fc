"""How funding is plugged together."""

from pathlib import Path

from services.funding import consumers, timers, web
from services.funding.settings import FundingSettings
from shared.service import Service

FOLDER = Path(__file__).parent

SERVICE = Service(
    name="funding",
    settings=FundingSettings,
    consumers=consumers,
    timers=timers,
    routers=web.ROUTERS,
    templates=FOLDER / "templates",
    static=FOLDER / "static",
)
