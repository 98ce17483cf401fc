"""How deliveries are gathered into batches, and what happens when handling fails."""

import asyncio
from collections.abc import Callable

import pytest

from shared.messaging.broker import Lost
from shared.messaging.envelope import Delivery
from shared.messaging.group import DatabaseAway, Group
from shared.messaging.inbox import Outcome


class Broker:
    """A way to the broker that remembers."""

    def __init__(self, stop_at: int, group: "Group | None" = None) -> None:
        self.acknowledged: list[int] = []
        self.refused: list[int] = []
        self.stop_at = stop_at
        self.group = group

    async def acknowledge(self, tag: int) -> None:
        self.acknowledged.append(tag)
        if tag >= self.stop_at and self.group is not None:
            self.group.stop()

    async def refuse(self, tag: int) -> None:
        self.refused.append(tag)


class Database:
    def __init__(self, *, well: bool) -> None:
        self.well = well

    async def answers(self) -> bool:
        return self.well


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr("shared.messaging.group.asyncio.sleep", at_once)


def a_group(handle: Callable[..., object], *, well: bool = True, size: int = 3) -> Group:
    return Group("matching.in.0", "matching", Database(well=well), handle, size)  # type: ignore[arg-type]


def a_delivery(tag: int, count: int = 0) -> Delivery:
    return Delivery(b"", {}, tag, "intake", count)


async def work(group: Group, deliveries: list[Delivery]) -> Broker:
    broker = Broker(deliveries[-1].tag, group)
    for delivery in deliveries:
        group.hear(delivery)
    async with asyncio.timeout(60):
        await group.work(broker)
    return broker


async def test_a_batch_is_acknowledged_as_a_whole_after_it_was_handled() -> None:
    sizes: list[int] = []

    async def handle(batch: list[Delivery], patient: bool) -> Outcome:  # noqa: FBT001
        sizes.append(len(batch))
        return Outcome()

    broker = await work(a_group(handle), [a_delivery(tag) for tag in range(1, 9)])

    assert sizes == [3, 3, 2]
    assert broker.acknowledged == [3, 6, 8]


async def test_what_came_back_often_is_handled_alone() -> None:
    batches: list[list[int]] = []

    async def handle(batch: list[Delivery], patient: bool) -> Outcome:  # noqa: FBT001
        batches.append([delivery.tag for delivery in batch])
        return Outcome()

    await work(a_group(handle), [a_delivery(1), a_delivery(2, 3), a_delivery(3, 7), a_delivery(4)])

    assert batches == [[1], [2], [3], [4]]


async def test_nothing_is_acknowledged_while_the_database_is_away() -> None:
    async def handle(batch: list[Delivery], patient: bool) -> Outcome:  # noqa: FBT001
        raise ConnectionError

    group, broker = a_group(handle, well=False), Broker(99)
    group.hear(a_delivery(1))
    with pytest.raises(DatabaseAway):
        await group.work(broker)

    assert broker.acknowledged == broker.refused == []


async def test_a_fault_that_does_not_pass_although_the_database_is_well_is_the_handlers() -> None:
    patience: list[bool] = []

    async def handle(batch: list[Delivery], patient: bool) -> Outcome:  # noqa: FBT001
        patience.append(patient)
        if patient:
            raise TimeoutError
        return Outcome(parked=1)

    broker = await work(a_group(handle), [a_delivery(1)])

    assert patience == [True] * 5 + [False]
    assert broker.acknowledged == [1]


async def test_what_cannot_even_be_put_aside_is_refused_alone() -> None:
    async def handle(batch: list[Delivery], patient: bool) -> Outcome:  # noqa: FBT001
        if any(delivery.tag == 2 for delivery in batch):
            raise ValueError
        return Outcome()

    group = a_group(handle)
    broker = await work(group, [a_delivery(tag) for tag in (1, 2, 3)])

    assert broker.refused == [2]
    assert broker.acknowledged == [1, 3]


async def test_deliveries_out_of_order_are_not_touched() -> None:
    async def handle(batch: list[Delivery], patient: bool) -> Outcome:  # noqa: FBT001
        raise AssertionError

    group, broker = a_group(handle), Broker(99)
    group.hear(a_delivery(1))
    group.hear(a_delivery(3))
    with pytest.raises(Lost):
        await group.work(broker)

    assert broker.acknowledged == []
