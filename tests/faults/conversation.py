"""The rules of the conversation: everything told is handled by all who hear it, once, in the order of its key."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.faults.evidence import Evidence, Told, Words


def violations(evidence: Evidence) -> list[str]:
    """Every breach, in a sentence."""
    told = {one.event_id: one for words in evidence.words.values() for one in words.told}
    found: list[str] = []
    for service, words in evidence.words.items():
        found += _streams(service, words)
        found += _lost(service, words, told)
        found += _doubled(service, words, told)
        found += _disordered(service, words)
        found += _left_over(service, words)
    return found


def _streams(service: str, words: Words) -> Iterator[str]:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for one in words.told:
        numbers[one.key].append(one.sequence)
    for key in sorted(numbers.keys() | words.streams.keys()):
        wanted = list(range(1, words.streams.get(key, 0) + 1))
        if sorted(numbers[key]) != wanted:
            yield f"{service} told {len(wanted)} events about {key} by its count, but numbered {sorted(numbers[key])}"


def _lost(service: str, words: Words, told: dict[str, Told]) -> Iterator[str]:
    handled = {one.event_id for one in words.handled}
    for one in told.values():
        if one.type in words.hears and one.event_id not in handled:
            yield f"{service} never handled {_name(one)}, which was told"


def _doubled(service: str, words: Words, told: dict[str, Told]) -> Iterator[str]:
    times = Counter(one.event_id for one in words.handled)
    for event_id, count in times.items():
        if event_id not in told:
            yield f"{service} handled the event {event_id}, which nobody told"
        elif count > 1:
            yield f"{service} handled {_name(told[event_id])} {count} times"


def _disordered(service: str, words: Words) -> Iterator[str]:
    latest: dict[tuple[str, str], int] = {}
    for one in words.handled:
        stream = (one.speaker, one.key)
        if one.sequence < latest.get(stream, 0):
            late = f"number {one.sequence} of {one.speaker} about {one.key}"
            yield f"{service} handled {late} after number {latest[stream]}"
        latest[stream] = max(one.sequence, latest.get(stream, 0))


def _left_over(service: str, words: Words) -> Iterator[str]:
    left = words.left
    for count, what in (
        (left.outbox, "events in its outbox"),
        (left.retrying + left.behind, "events that wait to be tried again"),
        (left.overdue, "timers that should have rung"),
        (left.letters, "letters and calls that should have gone out"),
    ):
        if count:
            yield f"{service} still has {count} {what}"
    for dead in left.dead:
        yield f"{service} has given up an event: {dead}"


def _name(one: Told) -> str:
    return f"{one.type} (number {one.sequence} about {one.key}, {one.event_id})"
