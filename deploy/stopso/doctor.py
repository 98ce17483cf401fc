"""`stopso doctor`: what is wrong, one sentence each, with what to do about it."""

import os
import shutil
import sys
from collections.abc import Iterator

import httpx

from deploy.stopso.broker_program import WHAT_TO_INSTALL, may_install, programs
from deploy.stopso.database import programs as database_programs
from deploy.stopso.docker_broker import engine_answers
from deploy.stopso.places import SERVICES, VHOST, state_folder
from deploy.stopso.ports import first_free_run
from deploy.stopso.problems import CannotRun
from deploy.stopso.running_state import is_running, read_state
from deploy.stopso.status import Standing, standings
from deploy.stopso.surroundings import surroundings_in

OLDEST_OUTBOX = 60.0
LONGEST_QUEUE = 1000
LEAST_SPACE = 500_000_000


def problems() -> list[str]:
    """Everything that is wrong here; empty when nothing is."""
    return [*_machine(), *_copy(), *(problem for each in standings() for problem in _service(each))]


def _machine() -> Iterator[str]:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs the doctor may have reached it with anything
        yield f"Python {sys.version_info.major}.{sys.version_info.minor} is too old: install Python 3.11 or newer."
    if programs() is None and not may_install() and not engine_answers():
        yield WHAT_TO_INSTALL
    try:
        database_programs()
    except (CannotRun, ValueError) as problem:
        yield f"There is no PostgreSQL to run ({problem})."
    folder = state_folder() if state_folder().exists() else state_folder().parent
    if shutil.disk_usage(folder).free < LEAST_SPACE:
        yield f"Less than 500 MB are free where {folder} is: make room, or the broker stops taking messages."
    if not os.access(folder, os.W_OK):
        yield f"{folder} cannot be written to: change its owner, or set STOPSO_STATE to another folder."


def _copy() -> Iterator[str]:
    secrets = state_folder() / "secrets.json"
    if secrets.exists() and secrets.stat().st_mode & 0o077:
        yield f"Others can read {secrets}: run `chmod 600` on it, and replace the secrets if anybody may have."
    if is_running():
        state = read_state()
        if state is None or not state.complete:
            yield "StopSO is still starting: wait a little, or look at what `make up` says."
        else:
            yield from _hearing()
        return
    if read_state() is not None:
        yield "The last `make up` was killed and could not tidy up: run `make up` or `make down`, both do it."
    try:
        first_free_run(8400, len(SERVICES) + 1)
    except OSError:
        yield "No five free ports in a row: set STOPSO_BASE_PORT to a free range."


def _hearing() -> Iterator[str]:
    from deploy.stopso.topology import deaf_services  # noqa: PLC0415 - it loads the services, which takes a while

    surroundings = surroundings_in(state_folder())
    try:
        deaf = deaf_services(surroundings.broker.administration, VHOST, surroundings.secrets.broker)
    except httpx.HTTPError as problem:
        yield f"RabbitMQ's management does not answer ({problem}): see its log in {state_folder() / 'broker'}."
        return
    for service, facts in deaf.items():
        yield (
            f"{service} no longer hears {', '.join(facts)}, because the broker has lost the way there: "
            "start again with `make up`, which puts it back. What was told meanwhile has not reached it."
        )


def _service(each: Standing) -> Iterator[str]:
    log = state_folder() / "logs" / f"{each.service}.log"
    if not each.ready:
        yield f"{each.service} is not ready: its log {log} says why; it is started again by itself if it has ended."
    if each.outbox_age_seconds is not None and each.outbox_age_seconds > OLDEST_OUTBOX:
        yield (
            f"{each.service} has had {each.outbox_rows} events to send for {each.outbox_age_seconds:.0f} s: "
            "see whether RabbitMQ has an alarm or refuses them."
        )
    if each.queue_depth is not None and each.queue_depth > LONGEST_QUEUE:
        yield f"{each.queue_depth} events wait for {each.service}: if this grows, see its log {log}."
    if each.forgotten:
        yield (
            f"{each.service} has {each.forgotten} referrals or matches that nothing will look at again: its log {log} "
            "names what is missing; that is a fault of ours, so please report it."
        )
    if each.dead_letters:
        yield (
            f"{each.service} could not handle {each.dead_letters} events: "
            f"`stopso dead-letters list {each.service}` shows why, `replay` tries them again."
        )
