"""Several therapists asked at once: the first yes wins, the others are told kindly, and nothing is kept too long."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from services.matching import store
from services.matching.handlers import answers, desk, overriding
from services.matching.handlers.answers import Answered, TooLate
from services.matching.handlers.therapists import change_standing
from shared.db import Database
from shared.events.matching import (
    LetterRequested,
    MatchProposed,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferSent,
    OfferWithdrawn,
)
from shared.events.sealed import OfferLetter
from shared.kernel.ids import OfferId, ReferralId
from tests.component.matching import POLICY, Matching, closed, matching_service, therapist_row
from tests.component.matching_pages import visitor_of
from tests.databases import ServiceDatabase

__all__ = ["matching_service"]


@pytest.fixture
async def several(matching: Matching) -> Matching:
    """Matching that asks three therapists at once where it is urgent, and five where it is immediate."""
    policy = replace(POLICY, broadcast_size={"routine": 1, "urgent": 3, "immediate": 5})
    settings = SimpleNamespace(**{**vars(matching.kernel.settings), "policy": policy})
    for part in (matching.kernel, matching.kernel.inbox, matching.kernel.timers):
        part.settings = settings
    return matching


async def asked(
    matching: Matching, *, priority: str = "urgent", therapists: int = 4
) -> tuple[ReferralId, list[OfferId]]:
    """A referral about which several therapists are asked, and the offers, that of the best therapist first."""
    await matching.has_therapists(
        therapist_row(1, session_fee=62, outward_code="TQ12"), *(therapist_row(n) for n in range(2, therapists + 1))
    )
    referral_id = await matching.takes_on(priority=priority)
    await matching.subsidises(referral_id)
    return referral_id, [event.offer_id for event in await matching.told(OfferSent)]


async def held(matching: Matching, therapists: int = 4) -> list[int]:
    return [(await matching.places(n))[2] for n in range(1, therapists + 1)]


async def test_only_those_are_asked_whom_the_kept_money_is_enough_for(several: Matching) -> None:
    await several.has_therapists(
        therapist_row(1, session_fee=60),
        therapist_row(2, session_fee=61, radius_km=100),
        therapist_row(3, session_fee=55),
    )
    referral_id = await several.takes_on(priority="urgent")
    proposed = await several.proposed_for(referral_id)
    await several.funds(referral_id)

    async with several.kernel.reading() as db:
        offers = await store.offers_of_match(db, proposed.match_id)
    assert max(offer.session_fee for offer in offers) <= proposed.session_fee
    assert len(offers) == len({offer.therapist_id for offer in offers}) >= 1


async def test_where_it_is_not_urgent_one_is_asked(several: Matching) -> None:
    _, offers = await asked(several, priority="routine")

    assert len(offers) == 1


async def test_the_first_yes_wins_and_the_others_are_told_kindly_in_the_same_moment(several: Matching) -> None:
    referral_id, offers = await asked(several)
    assert len(offers) == 3
    assert sum(await held(several)) == 3

    assert await several.perform(str(referral_id), lambda tx: answers.accept(tx, offers[2])) == Answered()
    assert await several.perform(str(referral_id), lambda tx: answers.accept(tx, offers[0])) == TooLate("withdrawn")

    (accepted,) = await several.told(OfferAccepted)
    assert accepted.offer_id == offers[2]
    lost = [(event.offer_id, event.reason, event.still_open) for event in await several.told(OfferWithdrawn)]
    assert sorted(lost) == sorted((offer, "superseded", True) for offer in offers[:2])
    assert [event.kind for event in await several.told(LetterRequested)] == ["offer-taken"] * 2
    assert sum(await held(several)) == 1
    async with several.kernel.reading() as db:
        match = await store.match_by_id(db, accepted.match_id)
    assert match is not None
    assert (match.therapist_id, match.session_fee) == (accepted.therapist_id, 6000)
    assert (match.subsidy, match.contribution) == (4300, 1500)


async def test_a_no_leaves_the_match_to_the_others_until_the_last(several: Matching) -> None:
    referral_id, offers = await asked(several, therapists=3)
    for offer in offers:
        await several.perform(str(referral_id), lambda tx, one=offer: answers.decline(tx, one, "other"))  # type: ignore[misc]

    assert [event.still_open for event in await several.told(OfferDeclined)] == [True, True, False]
    assert len(await several.told(MatchProposed)) == 1
    assert await held(several, 3) == [0, 0, 0]


async def test_in_place_of_a_no_the_next_best_is_asked_until_the_others_have_to_answer(several: Matching) -> None:
    referral_id, offers = await asked(several, therapists=5)
    reply_by = (await several.told(OfferSent))[0].reply_by
    await several.passes(timedelta(hours=6))

    await several.perform(str(referral_id), lambda tx: answers.decline(tx, offers[1], "other"))

    sent = await several.told(OfferSent)
    assert (len(sent), sent[3].reply_by) == (4, reply_by)
    assert len({event.therapist_id for event in sent}) == 4
    assert sum(await held(several, 5)) == 3

    await several.passes(timedelta(hours=7))
    await several.perform(str(referral_id), lambda tx: answers.decline(tx, offers[0], "other"))

    assert len(await several.told(OfferSent)) == 4
    assert sum(await held(several, 5)) == 2
    assert await several.perform(str(referral_id), lambda tx: answers.accept(tx, sent[3].offer_id)) == Answered()


async def test_time_ends_every_offer_and_the_last_asks_the_next_therapist(several: Matching) -> None:
    await asked(several)

    await several.passes(timedelta(hours=25))

    assert [event.still_open for event in await several.told(OfferExpired)] == [True, True, False]
    assert len(await several.told(MatchProposed)) == 2


async def test_a_closed_referral_takes_every_offer_back_and_says_once_that_the_match_is_over(several: Matching) -> None:
    referral_id, _ = await asked(several)

    await several.hears(closed(referral_id))

    assert sorted(event.still_open for event in await several.told(OfferWithdrawn)) == [False, True, True]
    assert sum(await held(several)) == 0


async def test_staff_take_back_one_offer_and_a_therapist_who_is_gone_is_asked_no_more(several: Matching) -> None:
    referral_id, offers = await asked(several)
    await several.perform(
        str(referral_id), lambda tx: desk.withdraw_offer(tx, offers[0], "The two know each other."), actor="staff:1"
    )
    gone = (await several.told(OfferSent))[1].therapist_id
    await several.perform(
        str(gone), lambda tx: change_standing(tx, gone, "suspended", actors=frozenset({"registrar"})), actor="staff:1"
    )
    await several.passes(timedelta(seconds=1))

    withdrawn = [(event.offer_id, event.reason, event.still_open) for event in await several.told(OfferWithdrawn)]
    assert withdrawn == [(offers[0], "by-staff", True), (offers[1], "therapist-unavailable", True)]
    assert await several.perform(str(referral_id), lambda tx: answers.accept(tx, offers[2])) == Answered()


async def test_fifty_yeses_at_once_have_one_winner_and_forty_nine_kind_words(
    several: Matching, database_for: Callable[[str], ServiceDatabase]
) -> None:
    await several.kernel.database.close()
    database = Database(database_for("matching").application_dsn, minimum=10, maximum=10)
    await database.open()
    for part in (several.kernel, several.kernel.inbox, several.kernel.timers):
        part.database = database
    await asked(several, priority="immediate", therapists=5)
    letters = [several.opened(event, "notifications", OfferLetter) for event in await several.told(OfferSent)]
    assert len(letters) == 5
    pages = [f"/offers/{letter.link.rsplit('/', 1)[1]}" for letter in letters for _ in range(10)]

    visitors = [visitor_of(several) for _ in pages]
    forms = [(await visitor.reads(page)).text for visitor, page in zip(visitors, pages, strict=True)]
    tokens = [form.partition('name="csrf_token" value="')[2].partition('"')[0] for form in forms]
    replies = await asyncio.gather(
        *(
            visitor.client.post(f"{page}/accept", data={"csrf_token": token})
            for visitor, page, token in zip(visitors, pages, tokens, strict=True)
        )
    )

    assert Counter(reply.status_code for reply in replies) == {303: 1, 409: 49}
    late = [reply.text for reply in replies if reply.status_code == 409]
    assert all("Thank you" in text for text in late)
    assert sum("somebody else said yes a moment earlier" in text for text in late) == 40
    (accepted,) = await several.told(OfferAccepted)
    assert sorted(await held(several, 5)) == [0, 0, 0, 0, 1]
    assert sum("You had accepted already" in text for text in late) == 9
    assert accepted.offer_id in {event.offer_id for event in await several.told(OfferSent)}


async def test_whom_the_client_refuses_is_asked_no_more_beside_the_others_and_that_is_never_forgotten(
    several: Matching,
) -> None:
    referral_id, offers = await asked(several)
    refused = (await several.told(OfferSent))[1].therapist_id
    await several.perform(str(referral_id), lambda tx: overriding.refuse(tx, referral_id, refused), actor="staff:1")

    assert await several.perform(str(referral_id), lambda tx: answers.accept(tx, offers[1])) == TooLate("withdrawn")
    await several.perform(
        str(referral_id),
        lambda tx: store.note_asked(tx.db, referral_id, refused, outcome="expired", for_ever=False, now=tx.now),
    )
    async with several.kernel.reading() as db:
        assert (await store.as_candidate(db, [referral_id], refused))[referral_id].vetoed


async def test_who_is_asked_beside_others_gets_no_client_connected_with_that_one(several: Matching) -> None:
    await several.has_therapists(therapist_row(1), therapist_row(2))
    first = await several.takes_on(priority="urgent", conflict_tokens=("link:aa",))
    await several.subsidises(first)
    assert len(await several.told(OfferSent)) == 2

    await several.takes_on(conflict_tokens=("link:aa",))

    assert [event.referral_id for event in await several.told(MatchProposed)] == [first]
