"""Any client and any therapists, for properties that hold whoever they are."""

from typing import Any, get_args

from hypothesis import strategies as st

from services.matching.domain.distance import Point
from services.matching.domain.limits import Limit, Money
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.standings import STANDINGS
from services.matching.domain.vocabulary import AgeBand, ClientGroup, LegalStage
from shared.kernel.ids import TherapistId
from tests.unit.matching_examples import EXETER, TORQUAY

points = st.builds(
    Point,
    st.floats(49.5, 60, allow_nan=False).map(lambda degrees: round(degrees, 4)),
    st.floats(-7, 1.5, allow_nan=False).map(lambda degrees: round(degrees, 4)),
) | st.sampled_from([TORQUAY, EXETER])


def some(codes: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(get_args(codes)), min_size=1, unique=True).map(tuple)


seldom = st.sampled_from([False, False, False, True])
limits = st.builds(
    Limit, st.sampled_from(["scarce", "good"]), st.none() | st.integers(0, 9000), st.none() | st.integers(0, 100)
)
needs = st.builds(
    Need,
    client_group=st.sampled_from(get_args(ClientGroup)[:3]),
    age_band=st.sampled_from(get_args(AgeBand)),
    legal_stage=st.sampled_from(get_args(LegalStage)),
    outward_code=st.none() | st.just("TQ1"),
    point=st.none() | points,
    setting=st.sampled_from(["in-person", "online", "either"]),
    therapist_gender=st.sampled_from(["woman", "man", "no-preference"]),
    languages=st.sampled_from([("en",), ("cy",), ("cy", "en")]),
    step_free_access=st.booleans(),
    means=st.sampled_from(["full-fee", "part-fee", "cannot-pay", "unsure"]),
    interpreter=st.booleans(),
    affordable_per_session=st.none() | st.integers(0, 10_000),
    money=st.none() | st.builds(Money, st.just(3), st.lists(limits, max_size=2).map(tuple)),
)
candidates = st.lists(
    st.builds(
        Candidate,
        therapist_id=st.uuids().map(TherapistId),
        standing=st.sampled_from(["active", "active", "active", *STANDINGS]),
        client_groups=some(ClientGroup),
        age_bands=some(AgeBand),
        legal_stages=st.just(get_args(LegalStage)) | some(LegalStage),
        child_clearance=st.booleans(),
        point=points,
        radius_km=st.integers(1, 500),
        online=st.booleans(),
        gender=st.sampled_from(["woman", "man"]),
        languages=st.sampled_from([("en",), ("cy", "en")]),
        step_free_access=st.booleans(),
        session_fee=st.integers(0, 20_000),
        capacity_maximum=st.integers(3, 5),
        capacity_available=st.integers(0, 3),
        fees_overdue=seldom,
        asked_before=seldom,
        vetoed=seldom,
        in_conflict=seldom,
        permitted=st.sampled_from([(), (), ("asked-before",), ("no-conflict-of-interest",)]),
        results=st.none() | st.integers(0, 1000),
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.therapist_id,
)
