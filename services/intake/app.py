"""How intake is plugged together."""

from pathlib import Path

from services.intake import consumers, timers
from services.intake.settings import IntakeSettings
from shared.service import Service

FOLDER = Path(__file__).parent

SERVICE = Service(
    name="intake",
    settings=IntakeSettings,
    consumers=consumers,
    timers=timers,
    templates=FOLDER / "templates",
    static=FOLDER / "static",
)
