"""One reader of changes for all boards of this process; each has a bounded queue and is reset when it falls behind."""

import asyncio
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request

from services.notifications.handlers.ageing import number_changes
from services.notifications.store import changes
from services.notifications.store.changes import Changes, Position
from shared.kernel.errors import Retry
from shared.messaging.kernel import Kernel
from shared.web import kernel_of

log = structlog.get_logger(__name__)

EVERY = 0.5
A_QUEUE = 40
MOST_BOARDS = 500


@dataclass(frozen=True, slots=True)
class Reset:
    """Too much was missed: read everything anew, from this place on."""

    reached: Position


@dataclass(eq=False, slots=True)
class Follower:
    """One open board."""

    queue: "asyncio.Queue[Changes | Reset]" = field(default_factory=lambda: asyncio.Queue(A_QUEUE))

    def give(self, item: Changes | Reset) -> None:
        """Hand over what changed; a board that does not keep up loses its queue and is told to read anew."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            item = Reset(item.reached)
        self.queue.put_nowait(item)


@dataclass(slots=True)
class Feed:
    """Reads the table of changes while any board is open, so that each replica sees what any wrote."""

    kernel: Kernel
    followers: set[Follower] = field(default_factory=set)
    task: "asyncio.Task[None] | None" = None
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def join(self) -> Follower:
        """Begin to follow; call `leave` at the end. Raises Retry where too many boards are open.

        Whatever is numbered from now on reaches the follower: what came before, it reads for itself.
        """
        if len(self.followers) >= MOST_BOARDS:
            raise Retry(
                "too-many-boards", "Too many boards are open at once. This page still works when you reload it."
            )
        follower = Follower()
        self.followers.add(follower)
        async with self.starting:
            if not self.reads:
                async with self.kernel.reading() as db:
                    place = await changes.latest(db)
                self.task = asyncio.create_task(self._read(place))
                self.task.add_done_callback(_say_why)
        return follower

    async def leave(self, follower: Follower) -> None:
        """Stop following; the reader stops with the last board."""
        self.followers.discard(follower)
        if not self.followers and self.task is not None:
            task, self.task = self.task, None
            task.cancel()
            await asyncio.wait([task])

    @property
    def reads(self) -> bool:
        """Whether the reader is at work; where it failed, streams end, and connecting anew starts it again."""
        return self.task is not None and not self.task.done()

    async def _read(self, place: Position) -> None:
        while True:
            place = await self._look(place)
            await asyncio.sleep(EVERY)

    async def _look(self, place: Position) -> Position:
        await number_changes(self.kernel)
        async with self.kernel.reading() as db:
            found = await changes.changes_after(db, place)
            item = found if found is not None else Reset(await changes.latest(db))
        if isinstance(item, Reset) or item.referral_ids:
            for follower in self.followers:
                follower.give(item)
        return item.reached


def _say_why(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("board.not-read", error=type(error).__name__)


def feed_of(request: Request) -> Feed:
    """The feed of this process."""
    state = request.app.state
    if getattr(state, "feed", None) is None:
        state.feed = Feed(kernel_of(request))
    feed: Feed = state.feed
    return feed
