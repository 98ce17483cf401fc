"""The marks by which a service says what wakes it: `subscribes`, `answers`, `timer` and `background`."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from shared.events.event import Event
from shared.kernel.ids import ServiceName

if TYPE_CHECKING:
    from shared.messaging.kernel import Kernel
    from shared.messaging.transaction import Transaction

F = TypeVar("F", bound=Callable[..., Awaitable[None]])
A = TypeVar("A", bound=Callable[..., Awaitable[BaseModel]])


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event and the function that reacts to it; with `batched`, it takes a list of events."""

    event: type[Event]
    handle: Callable[[Any, "Transaction"], Awaitable[None]]
    batched: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """One question, the function that answers it, and the services which may ask it."""

    question: type[BaseModel]
    handle: Callable[[Any, ServiceName, "Transaction"], Awaitable[BaseModel]]
    asked_by: tuple[ServiceName, ...]


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose moment has come."""

    kind: str
    key: str
    due_at: datetime
    payload: dict[str, Any]
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Background:
    """Work repeated in its own task, for what must call outside between two transactions."""

    every: timedelta
    work: Callable[["Kernel"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Everything that wakes one service."""

    events: dict[str, Subscription] = field(default_factory=dict)
    timers: dict[str, Callable[[DueTimer, "Transaction"], Awaitable[None]]] = field(default_factory=dict)
    backgrounds: tuple[Background, ...] = ()
    answers: dict[str, Answering] = field(default_factory=dict)


def subscribes(*events: type[Event], batched: bool = False) -> Callable[[F], F]:
    """Mark a consumer of these events. A batched one is handed a list, in which each key is in order."""

    def mark(function: F) -> F:
        function.__dict__["_subscriptions"] = tuple(Subscription(event, function, batched) for event in events)
        return function

    return mark


def answers(question: type[BaseModel], *, asked_by: tuple[ServiceName, ...]) -> Callable[[A], A]:
    """Mark what answers another service's question, in a transaction: `async def on_…(question, asker, tx) -> Answer`.

    Nobody but `asked_by` gets an answer. A question may come twice: its effects must bear that.
    """

    def mark(function: A) -> A:
        function.__dict__["_answering"] = Answering(question, function, asked_by)
        return function

    return mark


def timer(kind: str) -> Callable[[F], F]:
    """Mark what is done when a timer of this kind comes due."""

    def mark(function: F) -> F:
        function.__dict__["_timer"] = kind
        return function

    return mark


def background(*, every: timedelta) -> Callable[[F], F]:
    """Mark work that is repeated, in its own task, each `every` after it last ended."""

    def mark(function: F) -> F:
        function.__dict__["_background"] = every
        return function

    return mark


def collect(modules: Iterable[ModuleType]) -> Subscriptions:
    """Gather the marks in these modules; raises ValueError where two functions claim one event or one kind of timer."""
    events: dict[str, Subscription] = {}
    timers: dict[str, Callable[[DueTimer, Transaction], Awaitable[None]]] = {}
    backgrounds: list[Background] = []
    questions: dict[str, Answering] = {}
    for function in _functions(modules):
        marks = function.__dict__
        for subscription in marks.get("_subscriptions", ()):
            if subscription.event.type in events:
                raise ValueError(f"two consumers for {subscription.event.type}")
            events[subscription.event.type] = subscription
        if "_timer" in marks:
            if marks["_timer"] in timers:
                raise ValueError(f"two functions for the timer {marks['_timer']}")
            timers[marks["_timer"]] = function
        if "_background" in marks:
            backgrounds.append(Background(marks["_background"], function))
        if "_answering" in marks:
            questions[marks["_answering"].question.__name__] = marks["_answering"]
    return Subscriptions(events, timers, tuple(backgrounds), questions)


def _functions(modules: Iterable[ModuleType]) -> Sequence[Any]:
    found = {
        id(value): value
        for module in modules
        for value in vars(module).values()
        if callable(value) and hasattr(value, "__dict__")
    }
    return list(found.values())
