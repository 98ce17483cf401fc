"""Small counts do not leave the house: not as they are, not through totals, and not through two releases."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise, product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.funding.domain.ranges import Range, Sum, possible
from services.funding.domain.releases import WHOLE, Cell, Counted, Period, Release, release
from services.funding.domain.small_numbers import PRESETS, Figure, Hidden, Shown, SmallNumbers, percent_shown
from services.funding.domain.suppression import ROOM, Counts, at_stake, exposed, protect, reader_knows

SECONDARY, MENTAL = PRESETS["nhs-secondary-care"], PRESETS["nhs-mental-health"]
POLICIES = pytest.mark.parametrize("policy", [SECONDARY, MENTAL], ids=lambda policy: policy.name)
FAR = 400
COUNT = st.one_of(st.integers(0, 12), st.integers(0, 60))


@pytest.mark.parametrize(("count", "shown"), [
    (0, Shown(0)), (1, Hidden()), (7, Hidden()), (8, Shown(10)), (12, Shown(10)), (13, Shown(15)), (16, Shown(15)),
    (57, Shown(55)), (10023, Shown(10025)),
])  # fmt: skip
def test_secondary_care_shows_nothing_as_nothing_and_hides_one_to_seven(count: int, shown: Figure) -> None:
    assert SECONDARY.shown(count) == shown


@pytest.mark.parametrize(("count", "shown"), [
    (0, Hidden()), (1, Hidden()), (4, Hidden()), (5, Shown(5)), (7, Shown(5)), (8, Shown(10)), (57, Shown(55)),
])  # fmt: skip
def test_mental_health_hides_nothing_at_all_too(count: int, shown: Figure) -> None:
    assert MENTAL.shown(count) == shown


def test_a_share_is_hidden_where_either_part_is() -> None:
    assert percent_shown(Shown(10), Shown(40)) == 25
    assert percent_shown(Hidden(), Shown(40)) is None
    assert percent_shown(Shown(10), Hidden(primary=False)) is None
    assert percent_shown(Shown(0), Shown(0)) is None


@POLICIES
@given(count=st.integers(0, 20_000))
def test_what_can_stand_behind_a_figure_is_just_what_is_shown_so(policy: SmallNumbers, count: int) -> None:
    figure = policy.shown(count)
    lowest, highest = policy.behind(figure)

    assert lowest <= count <= (highest or 0)
    assert {policy.shown(each) for each in range(lowest, (highest or 0) + 1)} == {figure}
    assert highest is not None
    assert policy.shown(highest + 1) != figure
    assert lowest == 0 or policy.shown(lowest - 1) != figure


def a_table(cells: Mapping[str, int], columns: int) -> Counts:
    """Cells named by row and column, with a total for each row and column and one for all."""
    rows = sorted({name[0] for name in cells})
    numbers = [str(column) for column in range(columns)]
    sums = [Sum(f"{row}+", tuple(row + column for column in numbers)) for row in rows]
    sums += [Sum(f"+{column}", tuple(row + column for row in rows)) for column in numbers]
    sums.append(Sum("++", tuple(f"{row}+" for row in rows)))
    counts = dict(cells)
    for one in sums:
        counts[one.total] = sum(counts[part] for part in one.parts)
    return Counts(counts, sums)


def leaves(total: str, sums: Sequence[Sum]) -> tuple[str, ...]:
    """The cells that a total comes down to."""
    parts = next((one.parts for one in sums if one.total == total), None)
    return (total,) if parts is None else tuple(leaf for part in parts for leaf in leaves(part, sums))


def solutions(order: Sequence[str], bounds: Mapping[str, Range], sums: Sequence[Sum], fixed: dict[str, int]) -> bool:
    """Whether some whole numbers fit everything, found by trying: slow, plain, and nothing like the solver."""

    def ends(cell: str) -> tuple[int, int]:
        if cell in fixed:
            return fixed[cell], fixed[cell]
        span = bounds[cell]
        return span.lowest, FAR if span.highest is None else span.highest

    for one in sums:
        each = [ends(leaf) for leaf in leaves(one.total, sums)]
        least, most = bounds[one.total].lowest, bounds[one.total].highest
        if sum(high for _, high in each) < least or (most is not None and sum(low for low, _ in each) > most):
            return False
    following = next((name for name in order if name not in fixed), None)
    if following is None:
        return True
    low, high = ends(following)
    return any(solutions(order, bounds, sums, {**fixed, following: value}) for value in range(low, high + 1))


def values_of(name: str, order: Sequence[str], bounds: Mapping[str, Range], sums: Sequence[Sum]) -> Iterator[int]:
    span = bounds[name]
    for value in range(span.lowest, (FAR if span.highest is None else span.highest) + 1):
        if solutions(order, bounds, sums, {name: value}):
            yield value


def recoverable(figures: Mapping[str, Figure], counts: Counts, policy: SmallNumbers) -> list[str]:
    """The hidden cells for which trying all numbers leaves fewer values than there must be."""
    bounds = reader_knows(figures, policy, {})
    totals = {one.total for one in counts.sums}
    cells = sorted(set(counts.counts) - totals)
    found = []
    for name in (name for name in cells if isinstance(figures[name], Hidden)):
        several = values_of(name, cells, bounds, counts.sums)
        if sum(1 for _ in zip(range(ROOM), several, strict=False)) < ROOM:
            found.append(name)
    return found


def hidden(count: int, policy: SmallNumbers) -> Hidden:
    """A count that is not shown, for whichever reason."""
    return Hidden(primary=isinstance(policy.shown(count), Hidden))


@POLICIES
@example(values=[1, 1, 1, 1, 1, 1])
@given(values=st.lists(COUNT, min_size=6, max_size=6))
@settings(max_examples=25, deadline=None)
def test_in_a_table_with_totals_no_hidden_cell_can_be_worked_out(policy: SmallNumbers, values: list[int]) -> None:
    names = [row + column for row, column in product("ab", "012")]
    counts = a_table(dict(zip(names, values, strict=True)), 3)

    figures = protect(counts, policy)

    if figures is None:
        least = {
            name: Shown(0) if policy.shown(count) == Shown(0) else hidden(count, policy)
            for name, count in counts.counts.items()
        }
        assert exposed(at_stake(least, counts, policy), reader_knows(least, policy, {}), counts.sums)
        return
    for name, count in counts.counts.items():
        shown = figures[name]
        assert shown == policy.shown(count) or shown == Hidden(primary=False)
    assert recoverable(figures, counts, policy) == []


def test_hiding_only_the_small_cells_would_not_be_enough() -> None:
    counts = a_table({"a0": 2, "a1": 5, "a2": 5, "b0": 7, "b1": 20, "b2": 20}, 3)
    plain = {name: MENTAL.shown(count) for name, count in counts.counts.items()}

    figures = protect(counts, MENTAL)

    assert recoverable(plain, counts, MENTAL) == ["a0"]
    assert exposed(["a0"], reader_knows(plain, MENTAL, {}), counts.sums) == {"a0"}
    assert figures is not None
    assert [name for name, figure in figures.items() if figure == Hidden(primary=False)] == ["b0"]
    assert recoverable(figures, counts, MENTAL) == []


@given(values=st.lists(COUNT, min_size=4, max_size=4))
@settings(max_examples=25, deadline=None)
def test_the_solver_finds_just_what_trying_all_numbers_finds(values: list[int]) -> None:
    counts = a_table(dict(zip(("a0", "a1", "b0", "b1"), values, strict=True)), 2)
    figures = {name: MENTAL.shown(count) for name, count in counts.counts.items()}
    bounds = reader_knows(figures, MENTAL, {})
    cells = ["a0", "a1", "b0", "b1"]

    for name in (name for name in cells if isinstance(figures[name], Hidden)):
        tried = list(values_of(name, cells, bounds, counts.sums))
        assert possible(name, bounds, counts.sums) == Range(tried[0], tried[-1])


def test_numbers_that_contradict_each_other_leave_nothing_possible() -> None:
    bounds = {"all": Range(0, 3), "one": Range(5, 7), "two": Range()}

    assert possible("two", bounds, [Sum("all", ("one", "two"))]) is None


QUARTERS = [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1)]
GENDERS = {"gender": ("woman", "man", "other")}


def people_of(numbers: Sequence[Sequence[int]]) -> list[Counted]:
    """So many women, men and others in each quarter, all on its first day."""
    return [
        Counted(QUARTERS[quarter], {"gender": gender})
        for quarter, counts in enumerate(numbers)
        for gender, count in zip(GENDERS["gender"], counts, strict=True)
        for _ in range(count)
    ]


def after_all(releases: Sequence[Release], cell: Cell, period: Period) -> int:
    """How many values everything ever published leaves to one count, up to a few, found by trying."""
    pieces = [Period(*pair) for pair in pairwise(QUARTERS)]
    names = {
        (one, piece): f"{one}{piece}"
        for piece in pieces
        for one in [WHOLE, *(("gender", g) for g in GENDERS["gender"])]
    }
    bounds = {name: Range(0, None) for name in names.values()}
    sums = [
        Sum(names[WHOLE, piece], tuple(names[("gender", gender), piece] for gender in GENDERS["gender"]))
        for piece in pieces
    ]
    for nth, one in enumerate(releases):
        for shown, figure in one.figures.items():
            own = f"{nth}{shown}"
            bounds[own] = Range(*one.policy.behind(figure))
            sums.append(Sum(own, tuple(names[shown, piece] for piece in pieces if one.period.holds(piece))))
    target = "target"
    bounds[target] = Range()
    sums.append(Sum(target, tuple(names[cell, piece] for piece in pieces if period.holds(piece))))
    found = possible(target, bounds, sums)
    assert found is not None
    return 99 if found.highest is None else found.highest - found.lowest + 1


@POLICIES
@given(numbers=st.lists(st.lists(COUNT, min_size=3, max_size=3), min_size=4, max_size=4))
@settings(max_examples=15, deadline=None)
def test_several_reports_together_give_nothing_away_either(policy: SmallNumbers, numbers: list[list[int]]) -> None:
    people = people_of(numbers)
    year, first, rest = Period(QUARTERS[0], QUARTERS[4]), Period(*QUARTERS[:2]), Period(QUARTERS[1], QUARTERS[4])
    published: list[Release] = []
    for period in (year, first, rest, Period(QUARTERS[0], QUARTERS[3])):
        made = release(period, people, GENDERS, policy, published)
        published += [made] if made else []

    for one in published:
        for cell, figure in one.figures.items():
            if isinstance(figure, Hidden):
                assert after_all(published, cell, one.period) >= ROOM


def test_a_count_that_follows_by_subtraction_from_two_reports_is_protected() -> None:
    people = people_of([[40, 40, 40], [0, 0, 0], [0, 0, 0], [0, 0, 2]])
    year, most = Period(QUARTERS[0], QUARTERS[4]), Period(QUARTERS[0], QUARTERS[3])
    before = release(year, people, GENDERS, SECONDARY)
    assert before is not None

    after = release(most, people, GENDERS, SECONDARY, [before])

    assert after is None or after_all([before, after], ("gender", "other"), Period(*QUARTERS[3:])) >= ROOM


def test_what_contradicts_an_earlier_report_is_hidden_beside_a_small_count() -> None:
    year = Period(QUARTERS[0], QUARTERS[4])
    before = release(year, people_of([[40, 40, 3]]), GENDERS, SECONDARY)
    assert before is not None

    after = release(year, people_of([[20, 40, 3]]), GENDERS, SECONDARY, [before])

    assert after is not None
    assert after.figures[("gender", "woman")] == Hidden(primary=False)
    assert after.figures[("gender", "man")] == Shown(40)


def test_the_same_report_made_again_shows_the_same() -> None:
    people = people_of([[40, 3, 12], [9, 0, 8]])
    year = Period(QUARTERS[0], QUARTERS[4])
    before = release(year, people, GENDERS, MENTAL)
    assert before is not None

    assert release(year, people, GENDERS, MENTAL, [before]) == before
