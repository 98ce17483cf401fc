"""A simulated season through the real handlers: the ledger and the reports agree with a second, independent count."""

from collections.abc import Callable

import pytest

from deploy.simulation.accounts.checking import live
from deploy.simulation.setup import Setup
from services.funding.domain.small_numbers import PRESETS
from tests.databases import ServiceDatabase

pytestmark = [pytest.mark.servers, pytest.mark.slow]

SEASON = Setup(seed=2, weeks=10, arrivals=120, therapists=20, income=20_000_00)
MOVEMENTS = {"receive", "reserve", "commit", "release", "return", "spend", "unspend", "transfer-out", "transfer-in"}


async def test_a_season_balances_to_the_penny_and_its_reports_are_counted_the_same_by_somebody_else(
    database_for: Callable[[str], ServiceDatabase],
) -> None:
    season = await live(SEASON, database_for("funding").application_dsn)

    assert season.differences == ()
    assert season.movements.keys() >= MOVEMENTS
    assert season.states.keys() >= {"finished", "lapsed", "expired", "not-needed", "drawing"}
    assert season.fees > 0
    assert sum(one.counted.outcomes["", ""] for one in season.funds) > 0
    small = PRESETS["nhs-secondary-care"]
    assert any(one.counted.people["", ""] >= small.fewest for one in season.funds)
