"""Passwords: argon2id, checked in threads of their own, as slowly for an unknown account as for a wrong password."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 512

_hasher = PasswordHasher(type=Type.ID)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")
"""Each check takes 64 MiB: a flood of sign-ins must not take the machine with it."""


@dataclass(frozen=True, slots=True)
class Right:
    """The password is right; `better_hash` is to be kept instead, where the parameters have changed since."""

    better_hash: str | None


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return _hasher.hash(password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")


def _check(kept: str | None, password: str) -> Right | Literal["wrong"]:
    try:
        _hasher.verify(kept or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return "wrong"
    if kept is None:
        return "wrong"
    return Right(_hasher.hash(password) if _hasher.check_needs_rehash(kept) else None)


async def check_password(kept: str | None, password: str) -> Right | Literal["wrong"]:
    """Whether `password` fits the kept hash; with None it takes as long, and is wrong."""
    await asyncio.get_running_loop().run_in_executor(_threads, _nobodys_hash)
    return await asyncio.get_running_loop().run_in_executor(_threads, _check, kept, password)
