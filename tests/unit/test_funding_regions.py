"""Regions by outward code, and words that are the same as on the wire."""

from typing import get_args

import pytest

from services.funding.domain.vocabulary import (
    AGE_WORDS,
    GROUP_WORDS,
    REGION_WORDS,
    AgeBand,
    ClientGroup,
    Means,
    Priority,
)
from shared.events import codes
from shared.kernel.regions import AREAS, DISTRICTS, Region, region_of


@pytest.mark.parametrize(
    ("outward_code", "region"),
    [
        ("TQ13", "south-west"), ("tq13", "south-west"), ("EC1A", "london"), ("E1", "london"), ("EH1", "scotland"),
        ("TD9", "scotland"), ("TD15", "north-east"), ("SY1", "west-midlands"), ("SY23", "wales"), ("CH7", "wales"),
        ("CH1", "north-west"), ("BT1", "northern-ireland"), ("JE2", "crown-dependencies"), ("S40", "east-midlands"),
        ("S4", "yorkshire-and-the-humber"), ("XX1", None), ("", None), (None, None), ("ZZ", None),
    ],
)  # fmt: skip
def test_outward_codes_lie_in_regions(outward_code: str | None, region: Region | None) -> None:
    assert region_of(outward_code) == region


def test_no_area_or_district_lies_in_two_regions() -> None:
    for table in (AREAS, DISTRICTS):
        named = [code for written in table.values() for code in written.split()]
        assert len(named) == len(set(named))
    assert len([code for written in AREAS.values() for code in written.split()]) == 124
    assert set(AREAS) == set(get_args(Region)) == set(REGION_WORDS)


@pytest.mark.parametrize(
    ("ours", "on_the_wire"),
    [
        (ClientGroup, codes.ClientGroup), (AgeBand, codes.AgeBand), (Means, codes.Means), (Priority, codes.Priority)
    ],
)  # fmt: skip
def test_our_words_are_those_on_the_wire(ours: object, on_the_wire: object) -> None:
    assert get_args(ours) == get_args(on_the_wire)
    assert set(GROUP_WORDS) == set(get_args(codes.ClientGroup))
    assert set(AGE_WORDS) == set(get_args(codes.AgeBand))
