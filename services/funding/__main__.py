"""Runs the funding service: `python -m services.funding`."""

import gc

if __name__ == "__main__":
    gc.disable()  # a start makes much and throws little away: `run` enables it again
    from services.funding.app import SERVICE
    from shared.service import run

    run(SERVICE)
