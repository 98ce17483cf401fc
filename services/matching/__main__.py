"""Runs matching: `python -m services.matching`."""

from services.matching.app import SERVICE
from shared.service import run

if __name__ == "__main__":
    run(SERVICE)
