"""Who has to agree to a sum, who may, what must still hold, and what making an award larger needs."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.approvals import (
    OBSTACLE_WORDS,
    ApprovalPolicy,
    Band,
    Obstacle,
    Proposal,
    entitlement,
    obstacles,
    policy_on,
)
from services.funding.domain.awards import MOVES, Award
from services.funding.domain.choice import Case, NotEnough, Part, Split, choose_fund
from services.funding.domain.drawing import next_to_pay
from services.funding.domain.funds import Fund, Person, Restrictions
from services.funding.domain.referrals import Profile, Referral
from services.funding.domain.topping import enlarge, to_cover
from services.funding.domain.vocabulary import StaffRole
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import AwardId, FundId, MatchId, ReferralId
from shared.kernel.money import Pence

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
FINANCE: frozenset[StaffRole] = frozenset({"finance"})
BOTH: frozenset[StaffRole] = frozenset({"finance", "coordinator"})
FUND = FundId(UUID(int=7))
PERSON = Person("survivor", "26-64", "south-west")


def a_policy(valid_from: date = date(2000, 1, 1)) -> ApprovalPolicy:
    return ApprovalPolicy(
        valid_from,
        (Band(Pence(1_000), 0, frozenset()), Band(Pence(2_000), 1, FINANCE), Band(None, 2, BOTH)),
    )


def an_award(**changes: Any) -> Award:
    ids = (AwardId(UUID(int=1)), ReferralId(UUID(int=2)), MatchId(UUID(int=3)))
    return replace(Award(*ids, "to-approve", Pence(5_000), 10, NOW, contribution=Pence(0)), **changes)


def a_proposal(**changes: Any) -> Proposal:
    ids = (UUID(int=4), AwardId(UUID(int=1)))
    plain = Proposal(*ids, "award", "to-approve", 10, Pence(0), Pence(50_000), 2, FINANCE, "system", NOW)
    return replace(plain, **changes)


def a_referral(**changes: Any) -> Referral:
    plain = Referral(
        ReferralId(UUID(int=2)), "suitable", "routine", NOW, subsidy_agreed=True, profile=Profile(PERSON, "cannot-pay")
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(("total", "approvers"), [(1, 0), (1_000, 0), (1_001, 1), (2_000, 1), (2_001, 2), (10**9, 2)])
def test_the_end_of_a_band_still_belongs_to_it(total: int, approvers: int) -> None:
    assert a_policy().band_for(Pence(total)).approvers == approvers


@given(low=st.integers(1, 5_000), more=st.integers(0, 5_000))
def test_more_money_never_needs_fewer_people(low: int, more: int) -> None:
    policy = a_policy()

    assert policy.band_for(Pence(low)).approvers <= policy.band_for(Pence(low + more)).approvers


def test_what_staff_decide_by_hand_takes_a_second_person_however_small() -> None:
    assert (a_policy().band_with_four_eyes(Pence(1)).approvers, a_policy().band_with_four_eyes(Pence(1)).roles) == (
        1,
        FINANCE,
    )
    assert a_policy().band_with_four_eyes(Pence(5_000)).approvers == 2


def test_the_policy_of_the_day_holds() -> None:
    later = a_policy(date(2026, 3, 3))

    assert policy_on([later, a_policy()], TODAY).valid_from == date(2000, 1, 1)
    assert policy_on([later, a_policy()], date(2026, 3, 3)) is later


@pytest.mark.parametrize(
    ("roles", "actor", "code"),
    [
        ({"coordinator"}, "staff:1", "role"),
        ({"finance"}, "staff:9", "own-work"),
        ({"finance"}, "staff:8", "own-work"),
        ({"finance"}, "staff:2", "twice"),
        ({"finance", "admin"}, "staff:1", None),
    ],
)
def test_nobody_decides_without_the_role_nor_about_their_own_work_nor_twice(
    roles: Any, actor: str, code: str | None
) -> None:
    found = entitlement(a_proposal(prepared_by="staff:9"), roles, actor, prepared={"staff:8", ""}, decided={"staff:2"})

    assert (found.code if found else None) == code
    assert found is None or found.sentence.endswith(".")


def hindrances(
    *,
    referral: Referral | None = None,
    proposal: Proposal | None = None,
    own_share: int | None = 0,
    given: int = 50_000,
    **terms: Any,
) -> tuple[Obstacle, ...]:
    fund = Fund(FUND, "Fund", "restricted", Pence(0), Restrictions(**terms))
    return obstacles(
        referral or a_referral(),
        an_award(valid_until=date(2026, 12, 31)),
        proposal or a_proposal(),
        own_share=None if own_share is None else Pence(own_share),
        held=[Part(FUND, Pence(50_000))],
        funds={FUND: fund},
        given={FUND: Pence(given)},
        today=TODAY,
    )


def test_what_holds_still_is_no_obstacle() -> None:
    assert hindrances() == ()


@pytest.mark.parametrize(
    ("changed", "obstacle"),
    [
        ({"referral": a_referral(subsidy_agreed=False)}, "no-consent"),
        ({"referral": a_referral(standing="not-suitable")}, "not-suitable"),
        ({"referral": a_referral(profile=None)}, "not-suitable"),
        ({"own_share": Pence(1)}, "means-changed"),
        ({"own_share": None}, "means-changed"),
        ({"until": date(2026, 3, 1)}, "fund-does-not-fit"),
        ({"available_from": date(2026, 3, 3)}, "fund-does-not-fit"),
        ({"regions": frozenset({"wales"})}, "fund-does-not-fit"),
        ({"client_groups": frozenset({"family"})}, "fund-does-not-fit"),
        ({"age_bands": frozenset({"13-17"})}, "fund-does-not-fit"),
        ({"cap_per_client": Pence(49_999)}, "cap-reached"),
        ({"cap_per_client": Pence(60_000), "given": 60_001}, "cap-reached"),
        ({"share_of_fee": 99}, "cap-reached"),
    ],
)
def test_what_has_changed_since_the_money_was_kept_is_seen(changed: Any, obstacle: Obstacle) -> None:
    assert hindrances(**changed) == (obstacle,)
    assert OBSTACLE_WORDS[obstacle]


def test_a_top_up_minds_the_last_day_of_the_award_and_not_what_the_client_said_first() -> None:
    larger = a_proposal(kind="top-up", sessions=20)

    assert hindrances(proposal=larger, own_share=Pence(1_000), until=date(2026, 12, 31)) == ()
    assert hindrances(proposal=larger, until=date(2026, 12, 30)) == ("fund-does-not-fit",)


def a_case(needed: int = 50_000, **changes: Any) -> Case:
    return replace(Case(PERSON, 1, Pence(needed), Pence(0)), **changes)


def test_a_fund_that_staff_chose_pays_first_and_the_others_what_it_lacks() -> None:
    tied = Fund(
        FundId(UUID(int=1)), "Tied", "restricted", Pence(90_000), Restrictions(regions=frozenset({"south-west"}))
    )
    free = Fund(FundId(UUID(int=2)), "Free", "unrestricted", Pence(20_000))

    found = choose_fund(a_case(), [tied, free], TODAY, first=free.fund_id)

    assert isinstance(found, Split)
    assert found.parts == (Part(free.fund_id, Pence(20_000)), Part(tied.fund_id, Pence(30_000)))
    assert [one.verdict for one in found.explanation] == ["chosen", "pays"]


def test_a_fund_that_staff_chose_keeps_its_terms_and_its_cap() -> None:
    wales = Fund(FundId(UUID(int=1)), "Wales", "restricted", Pence(90_000), Restrictions(regions=frozenset({"wales"})))
    capped = Fund(
        FundId(UUID(int=2)), "Capped", "restricted", Pence(90_000), Restrictions(cap_per_client=Pence(30_000))
    )

    elsewhere = choose_fund(a_case(), [wales], TODAY, first=wales.fund_id)
    within = choose_fund(a_case(had_before={capped.fund_id: Pence(10_000)}), [capped], TODAY, first=capped.fund_id)

    assert isinstance(elsewhere, NotEnough)
    assert elsewhere.explanation[0].verdict == "does-not-fit"
    assert isinstance(within, NotEnough)
    assert within.explanation[0].pays == 20_000


def test_money_that_ends_before_the_award_does_is_not_used_to_make_it_larger() -> None:
    short = Fund(FUND, "Short", "restricted", Pence(90_000), Restrictions(until=date(2026, 6, 1)))

    refused = choose_fund(a_case(runs_until=date(2026, 6, 2)), [short], TODAY)

    assert isinstance(refused, NotEnough)
    assert refused.explanation[0].reasons == ("ends-too-soon",)
    assert isinstance(choose_fund(a_case(runs_until=date(2026, 6, 1)), [short], TODAY), Split)
    assert isinstance(choose_fund(a_case(), [short], TODAY), Split)


@pytest.mark.parametrize(
    ("more", "share", "code"),
    [
        (-1, None, "sessions-not-possible"),
        (25, None, "sessions-not-possible"),
        (0, None, "nothing-asked"),
        (0, 4_000, "share-not-possible"),
        (2, 3_999, "share-not-possible"),
        (0, 4_501, "share-not-possible"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(more: int, share: int | None, code: str) -> None:
    award = an_award(contribution=Pence(500), agreed_fee=Pence(4_500))

    with pytest.raises(Unprocessable, match=code):
        enlarge(award, more, None if share is None else Pence(share), 24)


def test_an_award_is_enlarged_within_the_fee_that_was_agreed() -> None:
    award = an_award(contribution=Pence(500), agreed_fee=Pence(4_500))

    assert enlarge(award, 3, None, 24).sessions == 13
    assert enlarge(award, 3, None, 24).contribution == 500
    assert enlarge(award, 0, Pence(4_500), 24).contribution == 0


@given(
    sessions=st.integers(1, 24),
    paid=st.integers(0, 24),
    share=st.integers(1, 9_000),
    more=st.integers(0, 3_000),
    rests=st.lists(st.integers(0, 60_000), max_size=3),
)
def test_what_is_promised_and_found_pays_every_session_from_one_reservation_each(
    sessions: int, paid: int, share: int, more: int, rests: list[int]
) -> None:
    dearer = Pence(share + more)
    lacking = to_cover(sessions, dearer, paid=min(paid, sessions), rests=[Pence(rest) for rest in rests])
    promised = {UUID(int=at): (Part(FUND, Pence(rest)),) for at, rest in enumerate([*rests, lacking * dearer])}

    for _ in range(sessions - min(paid, sessions)):
        reservation_id, amount = next_to_pay(promised, dearer)
        assert amount == dearer
        promised[reservation_id] = (Part(FUND, Pence(promised[reservation_id][0].amount - amount)),)


def test_where_corrections_left_too_little_what_is_there_is_paid_and_never_more() -> None:
    promised = {UUID(int=1): (Part(FUND, Pence(10)),), UUID(int=2): (Part(FUND, Pence(40)),)}

    assert next_to_pay(promised, Pence(50)) == (UUID(int=2), 40)


def test_nothing_that_waits_for_approval_is_promised_without_being_granted() -> None:
    following = {after for before, after in MOVES if before == "to-approve"}

    assert following == {"to-approve", "waiting", "not-needed", "reserved", "ended"}
