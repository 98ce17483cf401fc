"""Whether a run did the work at all: nothing lost, nothing twice, and every subject's events in order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from deploy.bench.results import Arrived, Results, StageResult
from deploy.bench.work import Planned, Tally, expected_tallies


def problems_of(planned: Sequence[Planned], results: Results) -> list[str]:
    """Every reason why this run may not have a figure."""
    expected = expected_tallies(planned)
    found = [
        f"stage {number}: {problem}"
        for number, stage in enumerate(results.stages)
        for problem in _problems_of_stage(stage, expected, len(planned))
    ]
    found += [f"at the end: {problem}" for problem in _problems_at_the_end(planned, results.arrived)]
    moments = {(event.subject, event.number): results.first_commits().get(event.event_id) for event in planned}
    found += [f"stage 0: {problem}" for problem in _committed_out_of_order(moments.items())]
    found += [f"the last stage: {problem}" for problem in _committed_out_of_order(results.last_commits().items())]
    return found


def _problems_of_stage(stage: StageResult, expected: dict[str, Tally], events: int) -> Iterator[str]:
    if len(stage.taken_in) != events:
        yield f"{len(stage.taken_in)} events in the inbox instead of {events}"
    if stage.left_over:
        yield f"{stage.left_over} events were left in the outbox"
    pairs = [(wanted, stage.tallies.get(subject, Tally())) for subject, wanted in expected.items()]
    lost = sum(max(0, wanted.count - found.count) for wanted, found in pairs)
    twice = sum(max(0, found.count - wanted.count) for wanted, found in pairs)
    mixed = sum(1 for wanted, found in pairs if wanted.count == found.count and wanted != found)
    strange = len(stage.tallies.keys() - expected.keys())
    if lost:
        yield f"{lost} effects were lost"
    if twice:
        yield f"{twice} effects happened twice"
    if mixed:
        yield f"{mixed} subjects were handled out of order"
    if strange:
        yield f"{strange} subjects that nobody sent"


def _problems_at_the_end(planned: Sequence[Planned], arrived: Sequence[Arrived]) -> Iterator[str]:
    first = {one.event_id: one for one in reversed(arrived)}
    steps = [(one.subject, one.number) for one in first.values()]
    wanted = {(event.subject, event.number) for event in planned}
    if missing := len(wanted - set(steps)):
        yield f"{missing} events are missing"
    if twice := len(steps) - len(set(steps)):
        yield f"{twice} events were told twice"
    if strange := len(set(steps) - wanted):
        yield f"{strange} events that nobody sent"
    if passing := sum(not one.persistent for one in arrived):
        yield f"{passing} messages were not persistent"
    last: dict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for one in arrived:
        if one.event_id in seen:
            continue
        seen.add(one.event_id)
        if one.number < last[one.subject]:
            yield f"the events of {one.subject} came out of order"
            return
        last[one.subject] = one.number


def _committed_out_of_order(moments: Iterable[tuple[tuple[str, int], datetime | None]]) -> Iterator[str]:
    latest: dict[str, datetime] = {}
    known = [(step, moment) for step, moment in moments if moment is not None]
    for (subject, _), moment in sorted(known):
        if subject in latest and moment < latest[subject]:
            yield f"the events of {subject} were committed out of order"
            return
        latest[subject] = moment
