"""Two clients whom something connects are told from one client who asks again, without reading anything."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.conflicts import Token, are_connected, connected_pairs, tokens_from
from shared.kernel.ids import ReferralId

CASES: list[tuple[str, tuple[str, ...], tuple[str, ...], bool]] = [
    ("nothing in common", ("own-name:a", "link:b"), ("own-name:c", "link:d"), False),
    ("nothing known", (), ("own-name:c",), False),
    ("somebody names the other", ("own-name:a", "link:c"), ("own-name:c",), True),
    ("both name the same person", ("own-name:a", "link:x"), ("own-name:b", "link:x"), True),
    ("one household", ("own-name:a", "link:f"), ("own-name:b", "link:f"), True),
    ("another person of that name", ("link:c:1955",), ("own-name:c:1980",), False),
    ("the year is known of one only", ("link:c",), ("own-name:c:1980",), True),
    ("the year is the same", ("link:c:1980",), ("own-name:c:1980",), True),
    ("the same person asks again", ("own-name:a:1980", "link:m"), ("own-name:a:1980", "link:m"), False),
    ("the same person says less", ("own-name:a:1980", "link:m"), ("own-name:a", "link:m"), False),
    ("father and son at one address", ("own-name:a:1950", "link:m"), ("own-name:a:1980", "link:m"), True),
    ("nobody gave a full name", ("link:m",), ("link:m",), True),
]


@pytest.mark.parametrize(("_case", "one", "other", "connected"), CASES)
def test_who_is_connected(_case: str, one: tuple[str, ...], other: tuple[str, ...], *, connected: bool) -> None:
    assert are_connected(tokens_from(one), tokens_from(other)) is connected
    assert are_connected(tokens_from(other), tokens_from(one)) is connected


def test_what_cannot_be_read_is_left_out() -> None:
    assert tokens_from(["own-name:a", "own-name:a", "own-name:", "friend:b", "nonsense", ""]) == (
        Token("own-name", "a"),
    )


tokens = st.frozensets(
    st.builds(Token, st.sampled_from(["own-name", "link"]), st.sampled_from("abcd"), st.sampled_from(["", "1", "2"])),
    max_size=4,
)


@given(st.dictionaries(st.integers(1, 6).map(lambda number: ReferralId(UUID(int=number))), tokens))
def test_pairs_found_by_what_they_share_are_all_the_pairs_there_are(known: dict[ReferralId, frozenset[Token]]) -> None:
    every = {(one, other) for one in known for other in known if one < other}

    assert connected_pairs(known) == {pair for pair in every if are_connected(known[pair[0]], known[pair[1]])}
