"""Runs notifications in this process: `python -m services.notifications`."""

from services.notifications.app import SERVICE
from shared.service import run

if __name__ == "__main__":
    run(SERVICE)
