"""Loopback ports nobody else is using, kept the same from one start to the next where that is possible."""

import json
import random
import socket
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import Lock

from deploy.stopso.places import LOOPBACK

FIRST, LAST, BLOCK = 12_000, 32_000, 100
"""Below the ports that the system hands out by itself: nobody is given one while its server is down or not yet up."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_answering(port: int, *, seconds: float = 1.0) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(seconds)
        return attempt.connect_ex((LOOPBACK, port)) == 0


def free_ports(count: int) -> list[int]:
    """So many different loopback ports, from blocks that no other process of ours draws from while this one lives."""
    with _drawing:
        ports = list(islice((port for port in _drawn if is_free(port)), count))
    if len(ports) < count:
        msg = f"no {count} free ports between {FIRST} and {LAST}"
        raise OSError(msg)
    return ports


def _draw() -> Iterator[int]:
    """Each port of a block once, then of the next; the first of a block is held to the end, to keep others away."""
    for base in random.sample(range(FIRST, LAST, BLOCK), (LAST - FIRST) // BLOCK):
        guard = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            guard.bind((LOOPBACK, base))
        except OSError:
            guard.close()
            continue
        guard.detach()
        yield from range(base + 1, base + BLOCK)


_drawn = _draw()
_drawing = Lock()


def first_free_run(start: int, count: int) -> int:
    """The first port at or after `start` from which `count` ports in a row are free."""
    base = start
    while not all(is_free(port) for port in range(base, base + count)):
        base += 10
        if base + count > 65_535:
            msg = f"no {count} free ports in a row from {start} on"
            raise OSError(msg)
    return base


def noted(file: Path) -> dict[str, int]:
    """The ports written down in `file`, in use or not; none when there is no such file."""
    return dict(json.loads(file.read_text())) if file.exists() else {}


def remembered(file: Path, names: Sequence[str]) -> dict[str, int]:
    """A free port for each name: the ones noted in `file` where they are still free, else new ones, noted there."""
    known = noted(file)
    fresh = iter(free_ports(len(names)))
    chosen = {name: known[name] if name in known and is_free(known[name]) else next(fresh) for name in names}
    file.write_text(json.dumps(chosen))
    return chosen
