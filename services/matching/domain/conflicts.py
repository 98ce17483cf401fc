"""Which clients something connects, found by tokens that nobody can read: intake alone has the key they were made with.

A token is `kind:base` or `kind:base:detail`, both parts keyed hashes. The kind is `own-name` for the name of the client
themselves, and `link` for everything else: a way to reach them, a file number, whoever they say is connected. A base is
a name, address or number in one spelling; the detail, where it is there, tells two people of the same name apart.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from shared.kernel.ids import ReferralId

Kind = Literal["own-name", "link"]
KINDS: tuple[Kind, ...] = ("own-name", "link")


@dataclass(frozen=True, slots=True)
class Token:
    """One thing that is known of a client, unreadable."""

    kind: Kind
    base: str
    detail: str = ""

    def agrees_with(self, other: "Token") -> bool:
        """Whether both may be about the same thing: an unknown detail contradicts nothing."""
        return self.base == other.base and (not self.detail or not other.detail or self.detail == other.detail)


def tokens_from(texts: Iterable[str]) -> tuple[Token, ...]:
    """The tokens in their wire form; what cannot be read is left out, and what is there twice counts once."""
    found: dict[Token, None] = {}
    for text in texts:
        kind, _, rest = text.partition(":")
        base, _, detail = rest.partition(":")
        for known in KINDS:
            if kind == known and base:
                found[Token(known, base, detail)] = None
    return tuple(found)


def are_connected(one: Collection[Token], other: Collection[Token]) -> bool:
    """Whether two requests for help are of different people whom something connects.

    The same own name in both is somebody who asks again, which is no conflict; without a full name nobody can tell, and
    what connects them counts.
    """
    shared = [(mine, theirs) for mine in one for theirs in other if mine.agrees_with(theirs)]
    if any(mine.kind == theirs.kind == "own-name" for mine, theirs in shared):
        return False
    return bool(shared)


def connected_pairs(tokens: Mapping[ReferralId, Collection[Token]]) -> frozenset[tuple[ReferralId, ReferralId]]:
    """Every two of these referrals that something connects, the smaller id first."""
    by_base: dict[str, set[ReferralId]] = defaultdict(set)
    for referral_id, of_one in tokens.items():
        for token in of_one:
            by_base[token.base].add(referral_id)
    close = {pair for sharing in by_base.values() for pair in combinations(sorted(sharing), 2)}
    return frozenset((one, other) for one, other in close if are_connected(tokens[one], tokens[other]))
