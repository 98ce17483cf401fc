"""A request for help is put away safely, told to the others, and triaged by the rules at once."""

from collections.abc import AsyncIterator, Callable

import pytest

from services.intake.store import vault
from shared.events.intake import ConsentGiven, ReferralReceived, ReferralTriaged, SafeguardingConcernRaised
from shared.events.sealed import CardProfile, MeansProfile, NeedProfile
from shared.kernel.errors import Unprocessable
from shared.privacy import Erased
from tests.component.intake import Intake, a_contact, a_submission
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


async def test_a_straightforward_request_is_suitable_at_once(intake: Intake) -> None:
    referral = await intake.receives(a_submission(consents=("referral", "sharing")))

    assert referral.state == "suitable"
    assert await intake.told_types() == ["ReferralReceived", "ConsentGiven", "ConsentGiven", "ReferralTriaged"]
    [triaged] = await intake.told(ReferralTriaged)
    assert (triaged.outcome, triaged.decided_by, triaged.priority) == ("suitable", "rules", "routine")
    need = intake.opened(triaged, "matching", NeedProfile)
    assert (need.client_group, need.outward_code, need.consents) == ("survivor", "TQ13", ("referral", "sharing"))
    means = intake.opened(triaged, "funding", MeansProfile)
    assert (means.means, means.consents) == ("cannot-pay", ("referral", "sharing"))


async def test_the_board_learns_no_more_than_a_card_shows(intake: Intake) -> None:
    await intake.receives(a_submission())

    [received] = await intake.told(ReferralReceived)
    card = intake.opened(received, "notifications", CardProfile)
    assert card.wants_acknowledgement
    assert "robin" not in card.model_dump_json().lower()
    assert "robin" not in received.model_dump_json().lower()


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (a_submission(age_band="13-17"), "under-18"),
        (a_submission(danger="unsure"), "danger-unsure"),
        (a_submission(client_group=None), "kind-not-said"),
        (a_submission(words="Please ring after six."), "own-words"),
        (a_submission(contact=a_contact(channel="none", email="")), "no-way-to-reach"),
    ],
)
async def test_doubt_waits_for_a_person(intake: Intake, asked: object, reason: str) -> None:
    referral = await intake.receives(asked)  # type: ignore[arg-type]

    assert referral.state == "in_triage"
    assert referral.look_by is not None
    assert await intake.told(ReferralTriaged) == []
    async with intake.kernel.reading() as db:
        kept = await vault.kept_of(db, intake.kernel.keys, referral.referral_id)
    assert kept.reasons == (reason,)


async def test_danger_now_raises_a_concern_and_looks_for_no_therapist(intake: Intake) -> None:
    referral = await intake.receives(a_submission(danger="yes"))

    assert referral.state == "in_triage"
    assert referral.priority == "immediate"
    [raised] = await intake.told(SafeguardingConcernRaised)
    assert raised.referral_id == referral.referral_id
    assert await intake.told(ReferralTriaged) == []


async def test_nothing_is_kept_without_agreement(intake: Intake) -> None:
    with pytest.raises(Unprocessable):
        await intake.receives(a_submission(consents=("sharing",)))

    assert await intake.counted("referral") == 0
    assert await intake.told_types() == []


async def test_every_agreement_carries_the_version_of_its_words(intake: Intake) -> None:
    await intake.receives(a_submission(consents=("referral", "statistics")))

    told = await intake.told(ConsentGiven)
    assert [(given.purpose, given.version) for given in told] == [("referral", 1), ("statistics", 1)]


async def test_what_was_written_is_nowhere_in_clear(intake: Intake) -> None:
    marker = "zebra-marker-5512"
    contact = a_contact(name=marker, email=f"{marker}@example.org", phone=f"+44{marker}")
    await intake.receives(a_submission(contact=contact, words=f"I wrote {marker}."))

    async with intake.kernel.reading() as db:
        tables = [row[0] for row in await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        for table in tables:
            if not table.startswith("_yoyo") and table not in ("migration", "yoyo_lock"):
                dump = await db.fetch(f"SELECT t.*::text FROM {table} AS t")  # noqa: S608 - a name from the catalogue
                bytes_too = await db.fetch(f"SELECT to_jsonb(t)::text FROM {table} AS t")  # noqa: S608
                text = " ".join(str(row[0]) for row in [*dump, *bytes_too])
                assert marker not in text, table
                assert marker.encode().hex() not in text, table


async def test_without_its_key_nothing_of_a_client_can_be_read(intake: Intake) -> None:
    referral = await intake.receives()

    async with intake.kernel.database.transaction() as db:
        await db.execute("DELETE FROM subject_key WHERE referral_id = $1", referral.referral_id)
        with pytest.raises(Erased):
            await vault.kept_of(db, intake.kernel.keys, referral.referral_id)
