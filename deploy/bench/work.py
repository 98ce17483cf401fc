"""The work that every contestant does for every event, and the events themselves, always the same for one seed."""

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

BODY_BYTES = 400
STAGES = 4
MODULUS = 2_147_483_647


@dataclass(frozen=True, slots=True)
class Planned:
    """One event that the source sends: the `number`th of its subject, counted from one."""

    event_id: UUID
    subject: str
    number: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The one row a stage keeps per subject; the checksum depends on every number and on their order."""

    count: int = 0
    last: int = 0
    checksum: int = 0

    def after(self, number: int) -> "Tally":
        """The row once one more event was taken in."""
        return Tally(self.count + 1, number, (self.checksum * 31 + number) % MODULUS)


def plan(events: int, subjects: int, seed: int) -> list[Planned]:
    """So many events spread over so many subjects by chance, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - the same every time is the point
    names = [str(_identifier(draw)) for _ in range(subjects)]
    sent = dict.fromkeys(names, 0)
    planned = []
    for _ in range(events):
        subject = draw.choice(names)
        sent[subject] += 1
        planned.append(Planned(_identifier(draw), subject, sent[subject]))
    return planned


def expected_tallies(planned: Iterable[Planned]) -> dict[str, Tally]:
    """The rows that every stage must hold once all of this was handled, each once and in order."""
    tallies: dict[str, Tally] = {}
    for event in planned:
        tallies[event.subject] = tallies.get(event.subject, Tally()).after(event.number)
    return tallies


def body_of(subject: str, number: int, cause: UUID) -> bytes:
    """The JSON of one event, 400 bytes long; `cause` is the event that led to it."""
    step = f'{{"sealed":{{}},"subject":"{subject}","number":{number},"cause":"{cause}","padding":"{padding(number)}"}}'
    return step.encode()


def padding(number: int) -> str:
    """What fills an event up to its size; subjects are the texts of UUIDs, so only the number's length varies."""
    return _PADDING[len(str(number)) :]


def _identifier(draw: random.Random) -> UUID:
    return UUID(int=draw.getrandbits(128), version=4)


_UNPADDED = json.dumps(
    {"sealed": {}, "subject": "0" * 36, "number": 0, "cause": "0" * 36, "padding": ""}, separators=(",", ":")
)
_PADDING = "x" * (BODY_BYTES - len(_UNPADDED) + 1)
