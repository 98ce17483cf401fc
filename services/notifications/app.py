"""How notifications is plugged together."""

from pathlib import Path

from services.notifications import consumers, timers
from services.notifications.settings import NotificationsSettings
from services.notifications.web import ROUTERS
from shared.service import Service

FOLDER = Path(__file__).parent

SERVICE = Service(
    name="notifications",
    settings=NotificationsSettings,
    consumers=consumers,
    timers=timers,
    routers=ROUTERS,
    templates=FOLDER / "templates",
    static=FOLDER / "static",
)
