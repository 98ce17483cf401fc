"""How far money goes for one client: the limits of everything that may be spent on their sessions."""

from dataclasses import dataclass
from typing import Literal

from shared.kernel.money import Pence

Level = Literal["none", "scarce", "good"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a session's fee money of one kind pays at most, and how far that money goes."""

    level: Level
    most_per_session: Pence | None = None
    share_of_fee: int | None = None

    def pays(self, fee: Pence) -> Pence:
        """The most that it pays of one session at this fee."""
        of_fee = fee if self.share_of_fee is None else fee * self.share_of_fee // 100
        return Pence(of_fee if self.most_per_session is None else min(of_fee, self.most_per_session))


@dataclass(frozen=True, slots=True)
class Money:
    """What an outlook means for one client: the limits of all money that may be spent on them."""

    version: int
    limits: tuple[Limit, ...]
