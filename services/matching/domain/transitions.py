"""Tables of who may move what from which state to which; a move that is not in the table is refused aloud."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, cast

from shared.kernel.errors import Conflict

S = TypeVar("S", bound=str)
ActorKind = Literal["system", "therapist", "coordinator", "registrar", "applicant", "referee"]


@dataclass(frozen=True)
class Moves(Generic[S]):
    """The allowed (from, to, actor) rows of one thing."""

    thing: str
    rows: frozenset[tuple[S, S, ActorKind]]

    def allows(self, present: S, following: S, actor: ActorKind) -> bool:
        """Whether `actor` may move it from `present` to `following`."""
        return (present, following, actor) in self.rows

    def require(self, present: S, following: S, actor: ActorKind) -> None:
        """Raise `Conflict` unless the table has this row."""
        if not self.allows(present, following, actor):
            raise Conflict(
                f"{self.thing}-is-{present}",
                f"This {self.thing} is {present.replace('-', ' ')}, so that cannot be done.",
            )

    def open_to(self, present: S, actors: Iterable[ActorKind]) -> frozenset[S]:
        """The states that somebody who acts in any of these capacities may move it to."""
        allowed = set(actors)
        return frozenset(to for start, to, actor in self.rows if start == present and actor in allowed)


def table(thing: str, rows: Iterable[tuple[str, str, str]]) -> Moves[S]:
    """A table from lines of `from → to` and the actors, separated by spaces, who may do it."""
    found = {(start, to, actor) for start, to, actors in rows for actor in actors.split()}
    return Moves(thing, frozenset(cast("set[tuple[S, S, ActorKind]]", found)))
