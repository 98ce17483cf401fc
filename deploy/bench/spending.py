"""What a run costs: processor seconds and memory of the clients, the broker and the database, apart."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds, user and system."""

    clients: float
    broker: float
    database: float

    def since(self, earlier: "Spent") -> "Spent":
        """What was spent between two looks."""
        return Spent(self.clients - earlier.clients, self.broker - earlier.broker, self.database - earlier.database)


@dataclass(frozen=True, slots=True)
class Roots:
    """The processes whose families are counted."""

    clients: tuple[int, ...]
    broker: int
    database: int

    def spent(self) -> Spent:
        """Processor seconds up to now, ended children included."""
        return Spent(sum(map(_seconds, self.clients)), _seconds(self.broker), _seconds(self.database))

    def memory(self) -> float:
        """Resident memory of the clients now, in MiB."""
        found = (process.memory_info().rss for pid in self.clients for process in _alive(_family(pid)))
        return float(sum(found) / MEBIBYTE)


def _seconds(root: int) -> float:
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        ended = psutil.Process(root).cpu_times()
        total = float(ended.children_user + ended.children_system)
    for process in _family(root):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _family(root: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(root)
        return [parent, *parent.children(recursive=True)]
    return []


def _alive(family: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [process for process in family if process.is_running()]
