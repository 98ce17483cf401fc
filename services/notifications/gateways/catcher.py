"""The mail catcher of demonstrations: an SMTP server on this machine that keeps every mail and passes none on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope

from shared.kernel.errors import BrokenPromise
from shared.settings import LOOPBACK

LARGEST = 200_000
Keep = Callable[[EmailMessage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Handler:
    keep: Keep

    async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:  # noqa: ARG002, N802
        content = envelope.content
        message = message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.default)
        try:
            await self.keep(message)
        except BrokenPromise:
            return "451 Not kept, please try again"
        return "250 Kept"


async def catch_mail(host: str, port: int, keep: Keep) -> asyncio.Server:
    """Listen here and hand each mail to `keep`; close the server at the end. Raises ValueError for another machine."""
    if host not in LOOPBACK:
        raise ValueError("the mail catcher listens on this machine only")
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(
            _Handler(keep), data_size_limit=LARGEST, hostname="localhost", ident="StopSO mail catcher", loop=loop
        ),
        host,
        port,
    )


_listening: dict[tuple[str, int], asyncio.Server] = {}


async def see_to_catcher(host: str, port: int, keep: Keep) -> bool:
    """Begin to listen unless this process does already; False where another program has the port."""
    server = _listening.get((host, port))
    if server is not None and server.is_serving():
        return True
    try:
        _listening[host, port] = await catch_mail(host, port, keep)
    except OSError:
        return False
    return True
