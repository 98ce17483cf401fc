"""The read model: cards, timelines and the changes that open boards catch up with."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.notifications import consumers
from services.notifications.handlers import ageing
from services.notifications.store import board, changes
from services.notifications.store.board import Filter
from shared.events import EVENTS
from shared.events.funding import FundingOutlookChanged, FundReceived, SubsidyWaitlisted
from shared.events.intake import ReferralClosed, SafeguardingConcernRaised
from shared.events.matching import OfferAccepted
from shared.kernel.ids import ConcernId, FunderId, FundId
from shared.kernel.money import Pence
from shared.messaging.subscriptions import collect
from tests.component.harness import MONDAY_MORNING
from tests.component.notifications import (
    Notifications,
    a_letter,
    a_profile,
    a_referral,
    an_offer,
    notifications_on,
    proposed,
    triaged,
)
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def notifications(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Notifications]:
    async with notifications_on(database_for("notifications").application_dsn) as component:
        yield component


def test_every_event_of_the_others_about_something_with_an_id_is_listened_to() -> None:
    others = {event_type for event_type in EVENTS if not event_type.startswith("notifications.")}

    assert set(collect([consumers]).events) == others - {FundingOutlookChanged.type}


async def test_a_referral_appears_on_the_board_with_its_coarse_profile(notifications: Notifications) -> None:
    referral = a_referral()

    await notifications.hears(referral, seal=a_profile())

    card = await notifications.card(referral.referral_id)
    assert (card["board_column"], card["area"]) == ("new", "TQ13")
    assert card["short_id"] == str(referral.referral_id)[-6:].upper()


async def test_events_that_come_before_the_referral_itself_find_their_card(notifications: Notifications) -> None:
    referral = a_referral()
    offer = an_offer(referral.referral_id)

    await notifications.hears(proposed(referral.referral_id))
    await notifications.hears(offer, seal=a_letter())
    await notifications.hears(referral, seal=a_profile())
    await notifications.hears(triaged(referral.referral_id, priority="urgent"))

    card = await notifications.card(referral.referral_id)
    assert (card["board_column"], card["priority"], card["area"]) == ("offered", "urgent", "TQ13")
    assert card["deadline_at"] == offer.reply_by


async def test_a_batch_of_many_kinds_is_written_at_once_and_in_order(notifications: Notifications) -> None:
    referral = a_referral()
    match = proposed(referral.referral_id)
    await notifications.hears(referral, seal=a_profile())

    outcome = await notifications.hears(
        triaged(referral.referral_id),
        match,
        SubsidyWaitlisted(referral_id=referral.referral_id, match_id=match.match_id, shortfall=Pence(4000)),
    )

    assert outcome.handled == 3
    card = await notifications.card(referral.referral_id)
    assert (card["board_column"], card["reason"], card["shortfall"]) == ("waiting", "no-money", 4000)
    assert card["flags"] == ["no-money"]


async def test_a_redelivered_batch_changes_nothing(notifications: Notifications) -> None:
    referral = a_referral()
    await notifications.hears(referral, seal=a_profile(wants_acknowledgement=True))
    before = await notifications.rows("SELECT count(*) FROM board_change")

    await notifications.hears_again()

    assert await notifications.rows("SELECT count(*) FROM board_change") == before
    assert len(await notifications.deliveries()) == 1


async def test_the_timeline_has_every_fact_in_clear_fields_only(notifications: Notifications) -> None:
    referral = a_referral()
    await notifications.hears(referral, seal=a_profile())
    await notifications.hears(triaged(referral.referral_id))

    rows = await notifications.rows(
        "SELECT kind, details FROM happening WHERE subject = $1 ORDER BY sequence", referral.referral_id
    )

    assert [row["kind"] for row in rows] == ["intake.referral-received", "intake.referral-triaged"]
    assert all("sealed" not in row["details"] for row in rows)


async def test_facts_about_funds_have_no_card(notifications: Notifications) -> None:
    await notifications.hears(FundReceived(fund_id=FundId(uuid4()), funder_id=FunderId(uuid4()), amount=Pence(100)))

    assert await notifications.rows("SELECT * FROM card") == []
    assert len(await notifications.rows("SELECT * FROM happening")) == 1


async def test_open_concerns_are_counted_over_everything_even_closed(notifications: Notifications) -> None:
    referral = a_referral()
    due = MONDAY_MORNING + timedelta(hours=1)
    await notifications.hears(referral, seal=a_profile())
    await notifications.hears(
        SafeguardingConcernRaised(referral_id=referral.referral_id, concern_id=ConcernId(uuid4()), act_by=due),
        ReferralClosed(referral_id=referral.referral_id, ended_by="client", reason="no-answer"),
    )

    async with notifications.kernel.reading() as db:
        concerns = await board.open_concerns(db)

    assert (concerns.count, concerns.act_by) == (1, due)


async def test_a_filter_narrows_cards_and_counts_alike(notifications: Notifications) -> None:
    for area in ("TQ13", "TQ13", "EX1"):
        await notifications.hears(a_referral(), seal=a_profile(outward_code=area))
    now = notifications.clock.now()

    async with notifications.kernel.reading() as db:
        narrowed = Filter(area="TQ13")
        cards = await board.cards_by_column(db, narrowed, now)
        numbers = await board.counts(db, narrowed, now)
        everything = await board.cards_among(db, [card.referral_id for card in cards], Filter(area="EX1"), now)

    assert len(cards) == 2
    assert numbers == {"new": 2}
    assert everything == []


async def test_a_column_shows_the_most_pressing_first(notifications: Notifications) -> None:
    routine, urgent, later = (a_referral() for _ in range(3))
    for referral, priority in ((routine, "routine"), (urgent, "urgent"), (later, "routine")):
        await notifications.hears(referral, seal=a_profile())
        await notifications.hears(triaged(referral.referral_id, priority=priority))
        await notifications.passes(timedelta(minutes=1))
    expected = [urgent.referral_id, *sorted([routine.referral_id, later.referral_id])]

    async with notifications.kernel.reading() as db:
        cards = await board.cards_by_column(db, Filter(), notifications.clock.now())

    assert [card.referral_id for card in cards] == expected


async def after(notifications: Notifications, place: changes.Position) -> tuple[UUID, ...] | None:
    await ageing.number_changes(notifications.kernel)
    async with notifications.kernel.reading() as db:
        found = await changes.changes_after(db, place)
    return found.referral_ids if found else None


async def here(notifications: Notifications) -> changes.Position:
    await ageing.number_changes(notifications.kernel)
    async with notifications.kernel.reading() as db:
        return await changes.latest(db)


async def test_a_board_catches_up_from_where_it_was(notifications: Notifications) -> None:
    start = await here(notifications)
    first, second = a_referral(), a_referral()
    await notifications.hears(first, seal=a_profile())
    middle = await here(notifications)
    await notifications.hears(second, seal=a_profile())

    assert await after(notifications, start) == (first.referral_id, second.referral_id)
    assert await after(notifications, middle) == (second.referral_id,)
    assert await after(notifications, await here(notifications)) == ()


async def test_a_transaction_that_commits_late_is_not_missed(notifications: Notifications) -> None:
    early, late = a_referral(), a_referral()
    await notifications.hears(early, seal=a_profile())
    start = await here(notifications)
    async with notifications.kernel.database.transaction() as slow:
        await changes.add_changes(slow, [early.referral_id], notifications.clock.now())
        await notifications.hears(late, seal=a_profile())
        during = await after(notifications, start)
        place = await here(notifications)

    assert during == (late.referral_id,)
    assert await after(notifications, place) == (early.referral_id,)


@pytest.mark.parametrize("place", [changes.Position(0), changes.Position(2**40)])
async def test_a_place_that_is_not_known_means_reading_anew(
    notifications: Notifications, place: changes.Position
) -> None:
    assert await after(notifications, place) is None


async def test_old_changes_are_forgotten_but_the_latest_place_is_kept(notifications: Notifications) -> None:
    start = await here(notifications)
    await notifications.hears(a_referral(), seal=a_profile())
    place = await here(notifications)
    await notifications.passes(timedelta(hours=5))

    await ageing.forget_old_changes(notifications.kernel)

    assert await after(notifications, start) is None
    assert await after(notifications, place) == ()


async def test_time_alone_makes_a_card_look_different(notifications: Notifications) -> None:
    referral = a_referral()
    await notifications.hears(referral, seal=a_profile())
    start = await here(notifications)

    await notifications.lets_pass(timedelta(minutes=59))
    before = await after(notifications, start)
    await notifications.lets_pass(timedelta(minutes=2))
    await notifications.lets_pass(timedelta(minutes=2))

    assert before == ()
    assert await after(notifications, start) == (referral.referral_id,)


async def test_an_accepted_referral_stands_in_its_column(notifications: Notifications) -> None:
    referral = a_referral()
    offer = an_offer(referral.referral_id)
    await notifications.hears(referral, seal=a_profile())
    await notifications.hears(offer, seal=a_letter())
    await notifications.hears(
        OfferAccepted(
            offer_id=offer.offer_id,
            match_id=offer.match_id,
            referral_id=offer.referral_id,
            therapist_id=offer.therapist_id,
        )
    )

    card = await notifications.card(referral.referral_id)
    assert (card["board_column"], card["therapist_id"]) == ("accepted", offer.therapist_id)
