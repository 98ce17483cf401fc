"""What therapies and evaluation forms tell intake of, and what a therapist may see once they have accepted."""

from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest

from services.intake.handlers import closing, contacting, returning
from services.intake.store.access import looks_at
from services.intake.store.concerns import notes_of
from services.intake.store.referrals import Referral
from shared.events.asks import ClientContact, RevealContactToTherapist
from shared.events.funding import RiskAnswered
from shared.events.intake import SafeguardingConcernRaised
from shared.events.matching import OfferAccepted, SessionConcernRaised
from shared.events.sealed import ConcernNote
from shared.kernel.ids import AdministrationId, MatchId
from tests.component.intake import Intake, a_submission
from tests.component.test_intake_following import MATCH, THERAPIST, about, sent
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


async def revealed(intake: Intake, referral: Referral, match_id: MatchId = MATCH) -> ClientContact:
    question = RevealContactToTherapist(referral_id=referral.referral_id, match_id=match_id, therapist_id=THERAPIST)
    return await intake.by(
        "service:matching", referral.referral_id, lambda tx: contacting.reveal_to_therapist(question, tx)
    )


async def test_a_therapist_sees_the_contact_only_after_accepting_and_every_look_is_noted(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(sent(referral))
    assert await revealed(intake, referral) == ClientContact(refusal="not-yet")

    await intake.hears(about(OfferAccepted, referral))
    assert await revealed(intake, referral, MatchId(uuid4())) == ClientContact(refusal="not-yet")
    contact = await revealed(intake, referral)

    assert (contact.name, contact.email, contact.phone) == ("Robin", "robin@example.org", "")
    async with intake.kernel.reading() as db:
        [look] = await looks_at(db, intake.kernel.keys, referral.referral_id)
    assert (look.looked_by, look.what) == (f"therapist:{THERAPIST}", "contact")


async def test_a_therapist_sees_no_contact_once_sharing_is_taken_back_or_all_is_over(intake: Intake) -> None:
    referral = await intake.receives(a_submission(consents=("referral", "sharing")))
    key = referral.referral_id
    await intake.hears(sent(referral), about(OfferAccepted, referral))
    wanted = frozenset({"referral"})
    await intake.by("client", key, lambda tx: returning.change_consents(key, wanted, tx))  # type: ignore[arg-type]
    assert await revealed(intake, referral) == ClientContact(refusal="consent-missing")

    await intake.by("client", key, lambda tx: closing.close_by_client(key, tx))
    assert await revealed(intake, referral) == ClientContact(refusal="closed")


async def test_a_concern_from_a_therapy_is_opened_once_with_its_words_and_where_it_comes_from(intake: Intake) -> None:
    referral = await intake.receives()
    await intake.hears(about(SessionConcernRaised, referral), seal={"intake": ConcernNote(words="A child is near.")})
    await intake.hears_again()

    concern = await intake.concern(referral)
    async with intake.kernel.reading() as db:
        notes = await notes_of(db, intake.kernel.keys, concern)
        kept = await db.fetchval("SELECT words FROM concern")
    assert (concern.source, concern.state, notes.words) == ("therapist", "open", "A child is near.")
    assert b"child" not in kept
    assert len(await intake.told(SafeguardingConcernRaised)) == 1


async def test_an_answer_that_tells_of_danger_opens_one_concern_however_often_it_is_told(intake: Intake) -> None:
    referral = await intake.receives()
    form = AdministrationId(uuid4())
    for _ in range(2):
        outcome = await intake.hears(about(RiskAnswered, referral, administration_id=form))
        assert outcome.handled == 1

    concern = await intake.concern(referral)
    assert (concern.source, concern.level) == ("evaluation", 0)
    assert len(await intake.told(SafeguardingConcernRaised)) == 1


async def test_danger_is_looked_into_after_the_referral_has_ended(intake: Intake) -> None:
    referral = await intake.receives()
    key = referral.referral_id
    await intake.by("client", key, lambda tx: closing.close_by_client(key, tx))
    await intake.hears(about(RiskAnswered, referral, administration_id=uuid4()))

    assert (await intake.concern(referral)).state == "open"
