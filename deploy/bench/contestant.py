"""What the benchmark must know about a contestant to lay out its chain, start it, feed it and read what comes out."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pamqp.commands import Basic

from deploy.bench.place import Place
from deploy.bench.work import Planned
from shared.kernel.ids import ServiceName

Definitions = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as the source sends it."""

    exchange: str
    routing_key: str
    body: bytes
    properties: Basic.Properties


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a message at the end of the chain says."""

    subject: str
    number: int
    cause: UUID


@dataclass(frozen=True, slots=True)
class Program:
    """How a stage's process is started."""

    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One row of the table."""

    name: str
    title: str
    schema: Callable[[], str]
    """The statements that make a stage's database."""
    topology: Callable[[str, Mapping[ServiceName, str]], Definitions]
    """The queues of a virtual host, with the passwords of its users."""
    program: Callable[[int, Place], Program]
    """The process of one stage, counted from 0."""
    wrap: Callable[[Planned], Outgoing]
    unwrap: Callable[[bytes], Arrival]
    heard: Callable[[int], tuple[str, ...]]
    """The queues that a stage consumes from."""
    own_users: bool = False
    """Whether each stage signs in to the broker as its own user."""
    needs: tuple[str, ...] = ()
    """Packages that only this contestant needs."""

    @property
    def is_installed(self) -> bool:
        """Whether all that it needs is there."""
        return all(importlib.util.find_spec(package) for package in self.needs)
