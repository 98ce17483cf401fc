"""Groups a batch into runs of one kind without changing the order of any key."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


def rounds(items: Sequence[T], *, key: Callable[[T], str], kind: Callable[[T], object]) -> list[list[T]]:
    """Runs in which every item is of one kind; the items of a key keep their order within and across runs."""
    queues: dict[str, deque[T]] = {}
    for item in items:
        queues.setdefault(key(item), deque()).append(item)
    runs: list[list[T]] = []
    while queues:
        heads: dict[Hashable, list[str]] = {}
        for name, queue in queues.items():
            heads.setdefault(id(kind(queue[0])), []).append(name)
        chosen, names = max(heads.items(), key=lambda pair: len(pair[1]))
        run: list[T] = []
        for name in names:
            queue = queues[name]
            while queue and id(kind(queue[0])) == chosen:
                run.append(queue.popleft())
            if not queue:
                del queues[name]
        runs.append(run)
    return runs
