"""A stage of ours: the real kernel in a real service process, with one event in, one row kept and one event out.

`python -m deploy.bench.contestants.ours <service> batched|single`
"""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import ClassVar, Literal
from uuid import UUID

from deploy.bench.work import Tally, padding
from shared.db import Connection
from shared.events.event import Event
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.subscriptions import subscribes
from shared.messaging.transaction import Transaction
from shared.service import Service, run
from shared.settings import ServiceSettings

Style = Literal["batched", "single"]


class Step(Event):
    """What travels along the chain."""

    type: ClassVar[str] = "notifications.bench-begun.v1"
    key: ClassVar[str] = "subject"

    subject: str
    number: int
    cause: UUID
    padding: str


class IntakeStep(Step):
    """Told by the first stage."""

    type: ClassVar[str] = "intake.bench-passed.v1"


class MatchingStep(Step):
    """Told by the second stage."""

    type: ClassVar[str] = "matching.bench-passed.v1"


class FundingStep(Step):
    """Told by the third stage."""

    type: ClassVar[str] = "funding.bench-passed.v1"


class NotificationsStep(Step):
    """Told by the last stage."""

    type: ClassVar[str] = "notifications.bench-done.v1"


CHAIN: tuple[type[Step], ...] = (Step, IntakeStep, MatchingStep, FundingStep, NotificationsStep)
HEARD: dict[ServiceName, tuple[str, ...]] = {name: (CHAIN[nth].type,) for nth, name in enumerate(SERVICES)}


async def take_in(steps: Sequence[Step], following: type[Step], tx: Transaction) -> None:
    """Bring the rows of these events up to date and tell what follows from each."""
    tallies = await tallies_of(tx.db, list({step.subject for step in steps}))
    for step in steps:
        tallies[step.subject] = tallies.get(step.subject, Tally()).after(step.number)
        tx.emit(
            following(
                subject=step.subject,
                number=step.number,
                cause=step.origin.event_id,
                padding=padding(step.number),
            )
        )
    await keep_tallies(tx.db, tallies)


async def tallies_of(db: Connection, subjects: list[str]) -> dict[str, Tally]:
    """The rows of these subjects that are there; the kernel holds their locks."""
    rows = await db.fetch("SELECT subject, count, last, checksum FROM tally WHERE subject = ANY($1::text[])", subjects)
    return {subject: Tally(*rest) for subject, *rest in rows}


async def keep_tallies(db: Connection, tallies: dict[str, Tally]) -> None:
    """Write the rows, new or not."""
    await db.execute(
        """
        INSERT INTO tally (subject, count, last, checksum)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
        ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last, checksum = excluded.checksum
        """,
        list(tallies),
        [tally.count for tally in tallies.values()],
        [tally.last for tally in tallies.values()],
        [tally.checksum for tally in tallies.values()],
    )


def consumers_of(service: ServiceName, style: Style) -> ModuleType:
    """A service's consumers, as a module of it would hold them."""
    heard, following = CHAIN[SERVICES.index(service)], CHAIN[SERVICES.index(service) + 1]

    async def on_steps(steps: list[Step], tx: Transaction) -> None:
        await take_in(steps, following, tx)

    async def on_step(step: Step, tx: Transaction) -> None:
        await take_in([step], following, tx)

    module = ModuleType("consumers")
    subscribe = subscribes(heard, batched=style == "batched")
    module.__dict__["on_step"] = subscribe(on_steps if style == "batched" else on_step)
    return module


def service_of(name: ServiceName, style: Style) -> Service:
    """The service that stands at one stage."""

    class Settings(ServiceSettings):
        service: ClassVar[ServiceName] = name

    return Service(name=name, settings=Settings, consumers=consumers_of(name, style), timers=ModuleType("timers"))


if __name__ == "__main__":
    stage, chosen = int(sys.argv[1]), sys.argv[2]
    run(service_of(SERVICES[stage], "batched" if chosen == "batched" else "single"))
