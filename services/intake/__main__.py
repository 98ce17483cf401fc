"""Runs intake in this process: `python -m services.intake`."""

import gc

if __name__ == "__main__":
    gc.disable()  # a start makes much and throws little away: `run` enables it again
    from services.intake.app import SERVICE
    from shared.service import run

    run(SERVICE)
