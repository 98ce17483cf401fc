"""A referral's state follows what the others tell, in whatever order it comes, and never after it is closed."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from services.intake.domain.states import State
from services.intake.handlers import closing, contacting, returning
from services.intake.store.access import looks_at
from services.intake.store.referrals import Referral
from shared.events import Event
from shared.events.asks import ContactCard, Identity, ResolveContact, RevealIdentity
from shared.events.funding import SubsidyWaitlisted
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed
from shared.events.matching import (
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferSent,
    OfferWithdrawn,
    ReferralWaitlisted,
    TherapyEnded,
    TherapyStarted,
    TriageWanted,
)
from shared.events.notifications import DeliveryGivenUp
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import DeliveryId, MatchId, OfferId, TherapistId
from shared.kernel.money import Pence
from tests.component.harness import MONDAY_MORNING
from tests.component.intake import ANNA, Intake, a_contact, a_submission
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

MATCH, OFFER, THERAPIST = MatchId(uuid4()), OfferId(uuid4()), TherapistId(uuid4())


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


def sent(referral: Referral) -> OfferSent:
    return OfferSent(
        offer_id=OFFER,
        match_id=MATCH,
        referral_id=referral.referral_id,
        therapist_id=THERAPIST,
        reply_by=MONDAY_MORNING + timedelta(days=3),
    )


def about(kind: type[Event], referral: Referral, **more: object) -> Event:
    names = {
        "offer_id": OFFER,
        "match_id": MATCH,
        "referral_id": referral.referral_id,
        "therapist_id": THERAPIST,
        **more,
    }
    return kind.model_validate({name: value for name, value in names.items() if name in kind.model_fields})


def waitlisted(referral: Referral, reason: str = "nobody-near") -> Event:
    return about(ReferralWaitlisted, referral, reason=reason, next_look_at=MONDAY_MORNING + timedelta(days=1))


async def test_a_referral_goes_all_the_way(intake: Intake) -> None:
    referral = await intake.receives()
    seen: list[State] = []
    for event in (
        waitlisted(referral),
        sent(referral),
        about(OfferDeclined, referral, reason="full"),
        sent(referral),
        about(OfferExpired, referral),
        sent(referral),
        about(OfferWithdrawn, referral, reason="by-staff"),
        sent(referral),
        about(OfferAccepted, referral),
        about(TherapyStarted, referral),
        about(TherapyEnded, referral, outcome="completed"),
    ):
        await intake.hears(event)
        seen.append((await intake.referral(referral.referral_id)).state)

    assert seen == ["waiting", "offered", "matching", "offered", "matching", "offered", "matching", "offered",
                    "accepted", "in_therapy", "completed"]  # fmt: skip
    [closed] = await intake.told(ReferralClosed)
    assert (closed.ended_by, closed.reason) == ("therapist", "completed")


async def test_one_of_several_offers_that_ends_says_nothing_about_the_referral(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(sent(referral), sent(referral), sent(referral))
    await intake.hears(about(OfferDeclined, referral, reason="full", still_open=True))
    await intake.hears(about(OfferExpired, referral, still_open=True))
    assert (await intake.referral(referral.referral_id)).state == "offered"

    await intake.hears(about(OfferAccepted, referral))
    await intake.hears(about(OfferWithdrawn, referral, reason="superseded", still_open=True))
    assert (await intake.referral(referral.referral_id)).state == "accepted"


async def test_a_therapist_who_gives_a_client_up_or_doubts_the_need_is_followed(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(sent(referral), about(OfferAccepted, referral))
    await intake.hears(about(OfferDeclined, referral, reason="away", after_acceptance=True))
    assert (await intake.referral(referral.referral_id)).state == "matching"

    await intake.hears(sent(referral), about(OfferDeclined, referral, reason="not-as-described"))
    await intake.hears(about(TriageWanted, referral))
    again = await intake.referral(referral.referral_id)
    assert (again.state, again.look_by is not None) == ("in_triage", True)


async def test_a_client_who_wishes_for_somebody_else_during_therapy_is_looked_after_again(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(sent(referral), about(OfferAccepted, referral), about(TherapyStarted, referral))

    await intake.hears(about(MatchWithdrawn, referral, reason="client-wish"))

    assert (await intake.referral(referral.referral_id)).state == "matching"
    assert await intake.told(ReferralClosed) == []


async def test_a_client_whose_therapist_falls_away_is_looked_after_again(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(sent(referral))
    await intake.hears(about(OfferAccepted, referral))

    await intake.hears(about(MatchWithdrawn, referral, match_id=uuid4(), reason="therapist-unavailable"))
    assert (await intake.referral(referral.referral_id)).state == "accepted"
    await intake.hears(about(MatchWithdrawn, referral, reason="by-staff"))
    assert (await intake.referral(referral.referral_id)).state == "matching"

    await intake.hears(waitlisted(referral))
    assert (await intake.referral(referral.referral_id)).state == "waiting"


async def test_an_event_delivered_twice_changes_once(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(sent(referral))
    before = await intake.referral(referral.referral_id)
    await intake.hears_again()

    assert await intake.referral(referral.referral_id) == before


async def test_late_news_never_moves_a_closed_referral(intake: Intake) -> None:
    referral = await intake.receives()
    key = referral.referral_id
    await intake.by("client", key, lambda tx: closing.close_by_client(key, tx))
    for event in (
        sent(referral),
        about(OfferAccepted, referral),
        waitlisted(referral),
        about(TherapyStarted, referral),
        about(TherapyEnded, referral, outcome="completed"),
        about(SubsidyWaitlisted, referral, shortfall=Pence(100)),
        about(DeliveryGivenUp, referral, delivery_id=DeliveryId(uuid4()), template="acknowledgement"),
    ):
        outcome = await intake.hears(event)
        assert outcome.handled == 1

    found = await intake.referral(key)
    assert (found.state, found.unreachable) == ("withdrawn", False)
    assert len(await intake.told(ReferralClosed)) == 1


async def test_missing_money_is_shown_but_old_news_of_it_is_not(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(about(SubsidyWaitlisted, referral, shortfall=Pence(4000)))
    found = await intake.referral(referral.referral_id)
    assert (found.state, found.wait_reason) == ("waiting", "no-money")

    await intake.hears(sent(referral))
    await intake.hears(about(SubsidyWaitlisted, referral, shortfall=Pence(4000)))
    assert (await intake.referral(referral.referral_id)).state == "offered"

    await intake.hears(about(OfferDeclined, referral, reason="full"))
    await intake.hears(about(SubsidyWaitlisted, referral, shortfall=Pence(4000)))
    assert (await intake.referral(referral.referral_id)).state == "matching"


async def test_a_new_reason_for_waiting_replaces_the_old_one(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(waitlisted(referral))
    await intake.hears(waitlisted(referral, "no-free-place"))

    assert (await intake.referral(referral.referral_id)).wait_reason == "no-free-place"


async def test_a_client_who_cannot_be_reached_is_shown_to_a_person(intake: Intake) -> None:
    referral = await intake.receives()
    gone = {"delivery_id": DeliveryId(uuid4())}
    await intake.hears(about(DeliveryGivenUp, referral, template="offer", **gone))
    assert not (await intake.referral(referral.referral_id)).unreachable
    await intake.hears(about(DeliveryGivenUp, referral, template="acknowledgement", **gone))
    assert (await intake.referral(referral.referral_id)).unreachable


async def test_taking_back_an_agreement_acts_at_once(intake: Intake) -> None:
    referral = await intake.receives(a_submission(consents=("referral", "sharing")))
    key = referral.referral_id
    wanted = frozenset({"referral", "subsidy"})
    await intake.by("client", key, lambda tx: returning.change_consents(key, wanted, tx))  # type: ignore[arg-type]

    assert [event.purpose for event in await intake.told(ConsentWithdrawn)] == ["sharing"]
    assert [event.purpose for event in await intake.told(ConsentGiven)] == ["referral", "sharing", "subsidy"]
    assert await intake.told(ReferralClosed) == []


async def test_taking_back_the_first_agreement_closes_the_referral(intake: Intake) -> None:
    referral = await intake.receives(a_submission(consents=("referral", "sharing")))
    key = referral.referral_id
    await intake.by("client", key, lambda tx: returning.change_consents(key, frozenset(), tx))

    assert len(await intake.told(ConsentWithdrawn)) == 2
    assert len(await intake.told(ReferralClosed)) == 1


async def resolved(
    intake: Intake, referral: Referral, medium: str = "email", purpose: str = "acknowledgement"
) -> ContactCard:
    question = ResolveContact.model_validate(
        {"referral_id": referral.referral_id, "medium": medium, "purpose": purpose}
    )
    async with intake.kernel.reading() as db:
        return await contacting.resolve_contact(question, db, intake.kernel.keys)


async def test_where_to_write_is_told_without_a_name(intake: Intake) -> None:
    card = await resolved(intake, await intake.receives())

    assert card.allowed
    assert card.address == "robin@example.org"
    assert "Robin" not in card.model_dump_json()


async def test_who_chose_no_channel_is_never_contacted(intake: Intake) -> None:
    anonymous = await intake.receives(a_submission(contact=a_contact(channel="none", email="")))
    by_phone = await intake.receives(a_submission(contact=a_contact(channel="phone", phone="+447700900123")))

    assert (await resolved(intake, anonymous)).refusal == "no-channel"
    refused = await resolved(intake, by_phone)
    assert (refused.refusal, refused.address) == ("not-this-medium", "")


async def test_only_who_agreed_that_money_is_looked_for_is_asked_for_their_means(intake: Intake) -> None:
    agreed = await intake.receives(a_submission(consents=("referral", "sharing", "subsidy")))
    silent = await intake.receives(a_submission(consents=("referral", "sharing", "evaluation")))

    assert (await resolved(intake, agreed, purpose="means")).address == "robin@example.org"
    assert (await resolved(intake, silent, purpose="means")).refusal == "consent-missing"


async def test_nobody_is_contacted_after_closing(intake: Intake) -> None:
    referral = await intake.receives()
    key = referral.referral_id
    await intake.by("client", key, lambda tx: closing.close_by_client(key, tx))

    assert (await resolved(intake, referral)).refusal == "closed"


async def test_an_identity_is_revealed_for_a_reason_that_is_kept(intake: Intake) -> None:
    referral = await intake.receives()
    key = referral.referral_id

    async def reveal(reason: str) -> Identity:
        question = RevealIdentity(referral_id=key, staff_id=ANNA, reason=reason)
        return await intake.by("service:notifications", key, lambda tx: contacting.reveal(question, tx))

    with pytest.raises(Unprocessable):
        await reveal("  ? ")
    assert (await reveal("To call them back")).name == "Robin"
    async with intake.kernel.reading() as db:
        [look] = await looks_at(db, intake.kernel.keys, key)
    assert (look.looked_by, look.what, look.reason) == (f"staff:{ANNA}", "contact", "To call them back")
