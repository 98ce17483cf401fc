"""Runs the funding service: `python -m services.funding`."""

from services.funding.app import SERVICE
from shared.service import run

if __name__ == "__main__":
    run(SERVICE)
