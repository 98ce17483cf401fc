"""How matching is put together."""

from pathlib import Path

from services.matching import consumers, timers, web
from services.matching.settings import MatchingSettings
from shared.service import Service

SERVICE = Service(
    name="matching",
    settings=MatchingSettings,
    consumers=consumers,
    timers=timers,
    routers=web.ROUTERS,
    templates=Path(__file__).parent / "templates",
)
