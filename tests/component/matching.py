"""Matching alone: its therapists, its events and its pages, on a real database."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from services.matching import consumers, store, timers
from services.matching.domain.applications import ApplicationPolicy
from services.matching.domain.evidence_columns import EVIDENCE_COLUMNS
from services.matching.domain.policy import Policy
from services.matching.domain.register_policy import RegisterPolicy
from services.matching.domain.registration import COLUMNS, OPTIONAL_COLUMNS
from services.matching.domain.run_policy import Runs
from services.matching.handlers.importing import ImportReport, import_therapists
from shared.events.funding import SubsidyGranted, SubsidyNotNeeded
from shared.events.intake import ReferralClosed, ReferralTriaged
from shared.events.matching import MatchProposed, OfferSent
from shared.events.sealed import NeedProfile, OfferLetter
from shared.kernel.ids import AwardId, OfferId, ReferralId, TherapistId
from shared.kernel.money import Pence
from shared.messaging.subscriptions import collect
from tests.component.harness import MONDAY_MORNING, Component
from tests.databases import ServiceDatabase

POLICY = Policy(
    reply_hours={"routine": 72, "urgent": 24, "immediate": 4},
    remind_after_percent=50,
    look_again_hours=24,
    sessions_planned=10,
    weights_version=2,
    runs=Runs(seconds=600.0),
)
SETTINGS = SimpleNamespace(
    policy=POLICY,
    applications=ApplicationPolicy(),
    register_policy=RegisterPolicy(),
    public_url=lambda service: f"http://{service}.test",
)

ANYONE: dict[str, Any] = {
    "registration_number": "R-0001",
    "name": "Ada Lovage",
    "email": "ada@example.org",
    "gender": "woman",
    "client_groups": "thoughts;images;survivor",
    "age_bands": "18-25;26-64",
    "languages": "en",
    "outward_code": "TQ13",
    "radius_km": "40",
    "online": "no",
    "step_free_access": "no",
    "session_fee": "60",
    "capacity_maximum": "3",
    "capacity_available": "3",
    "legal_stages": "",
    **dict.fromkeys(EVIDENCE_COLUMNS, ""),
    "child_clearance": "no",
    "modalities": "",
    "concession_fee": "",
}


def therapist_row(number: int = 1, **changes: str | int) -> dict[str, str]:
    """A row of the register's file."""
    own = {"registration_number": f"R-{number:04}", "email": f"therapist{number}@example.org"}
    return {name: str(value) for name, value in {**ANYONE, **own, **changes}.items()}


def as_csv(*rows: dict[str, str]) -> list[str]:
    """Rows as the lines of a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *OPTIONAL_COLUMNS])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().splitlines()


def a_profile(**changes: Any) -> NeedProfile:
    """What matching is told of a client near the therapists of `therapist_row`."""
    plain = {
        "client_group": "thoughts",
        "age_band": "26-64",
        "outward_code": "TQ12",
        "setting": "in-person",
        "consents": ("referral", "sharing", "subsidy"),
    }
    return NeedProfile.model_validate({**plain, **changes})


def triaged(referral_id: ReferralId | None = None, **changes: Any) -> ReferralTriaged:
    """A referral that was found suitable."""
    plain: dict[str, Any] = {
        "referral_id": referral_id or ReferralId(uuid4()),
        "outcome": "suitable",
        "priority": "routine",
        "decided_by": "rules",
        "received_at": MONDAY_MORNING,
    }
    return ReferralTriaged(**{**plain, **changes})


def closed(referral_id: ReferralId) -> ReferralClosed:
    """The client does not want to go on."""
    return ReferralClosed(referral_id=referral_id, ended_by="client", reason="no-longer-wanted")


@dataclass
class Matching(Component):
    """The service with the words in which its tests speak."""

    async def has_therapists(self, *rows: dict[str, str]) -> ImportReport:
        """Import therapists."""
        return await import_therapists(self.kernel, as_csv(*rows))

    async def takes_on(
        self, referral_id: ReferralId | None = None, *, priority: str = "routine", **need: Any
    ) -> ReferralId:
        """Hear of a suitable referral."""
        event = triaged(referral_id, priority=priority, received_at=self.clock.now())
        await self.hears(event, seal={"matching": a_profile(**need)})
        return event.referral_id

    async def proposed_for(self, referral_id: ReferralId) -> MatchProposed:
        """The last match proposed for a referral."""
        return [event for event in await self.told(MatchProposed) if event.referral_id == referral_id][-1]

    async def funds(self, referral_id: ReferralId) -> None:
        """Hear that the client pays the fee."""
        match = await self.proposed_for(referral_id)
        await self.hears(SubsidyNotNeeded(referral_id=referral_id, match_id=match.match_id))

    async def subsidises(self, referral_id: ReferralId) -> None:
        """Hear that a fund pays most of the fee."""
        match = await self.proposed_for(referral_id)
        await self.hears(
            SubsidyGranted(
                referral_id=referral_id,
                match_id=match.match_id,
                award_id=AwardId(uuid4()),
                sessions=8,
                amount_per_session=Pence(4500),
                contribution_per_session=Pence(1500),
                valid_until=self.clock.now().date(),
            )
        )

    async def offered(self, **need: Any) -> tuple[ReferralId, OfferId, str]:
        """A referral whose offer is out: its id, the offer's, and the token in the mail."""
        referral_id = await self.takes_on(**need)
        await self.funds(referral_id)
        return referral_id, *await self.offer_of(referral_id)

    async def offer_of(self, referral_id: ReferralId) -> tuple[OfferId, str]:
        """The last offer sent for a referral, and its token."""
        sent = [event for event in await self.told(OfferSent) if event.referral_id == referral_id][-1]
        letter = self.opened(sent, "notifications", OfferLetter)
        return sent.offer_id, letter.link.rsplit("/", 1)[1]

    async def therapist_id(self, number: int = 1) -> TherapistId:
        """The id of the therapist from `therapist_row(number)`."""
        digest = self.kernel.keys.lookup_hash("therapist.registration", f"R-{number:04}")
        async with self.kernel.reading() as db:
            return TherapistId(
                await db.fetchval("SELECT therapist_id FROM therapist WHERE registration_hash = $1", digest)
            )

    async def places(self, number: int = 1) -> tuple[int, int, int]:
        """A therapist's places: in all, free, held."""
        async with self.kernel.reading() as db:
            row = await db.fetchrow(
                "SELECT capacity_maximum, capacity_available, places_held FROM therapist WHERE therapist_id = $1",
                await self.therapist_id(number),
            )
        return tuple(row)

    async def disorder(self) -> list[str]:
        """What must never be: a referral nobody owns, one without a timer, places that do not add up."""
        async with self.kernel.reading() as db:
            rows = await db.fetch(
                """
                SELECT 'owned by nobody: ' || referral_id FROM need
                 WHERE state = 'open'
                   AND NOT EXISTS (SELECT FROM match WHERE match.referral_id = need.referral_id AND state IN
                       ('proposed', 'waiting-for-funds', 'offered', 'accepted', 'in-therapy'))
                   AND NOT EXISTS (SELECT FROM waiting WHERE waiting.referral_id = need.referral_id)
                UNION ALL
                SELECT 'kept after its end: ' || referral_id FROM need
                 WHERE state <> 'open'
                   AND (EXISTS (SELECT FROM waiting WHERE waiting.referral_id = need.referral_id)
                        OR EXISTS (SELECT FROM match WHERE match.referral_id = need.referral_id AND state IN
                           ('proposed', 'waiting-for-funds', 'offered', 'accepted', 'in-therapy')))
                UNION ALL
                SELECT 'waits without a timer: ' || referral_id FROM waiting
                 WHERE NOT EXISTS (SELECT FROM timer WHERE kind = 'look-again' AND key = waiting.referral_id::text)
                UNION ALL
                SELECT 'a timer for nobody: ' || key FROM timer
                 WHERE kind = 'look-again' AND NOT EXISTS (SELECT FROM waiting WHERE waiting.referral_id::text = key)
                UNION ALL
                SELECT 'offer without its end: ' || offer_id FROM offer
                 WHERE state IN ('sent', 'acknowledged')
                   AND NOT EXISTS (SELECT FROM timer WHERE kind = 'offer-expires' AND key = offer_id::text)
                UNION ALL
                SELECT 'an offer that outlived its match: ' || offer_id FROM offer JOIN match USING (match_id)
                 WHERE offer.state IN ('sent', 'acknowledged', 'declining') AND match.state <> 'offered'
                UNION ALL
                SELECT 'offered to nobody: ' || match_id FROM match
                 WHERE state = 'offered' AND NOT EXISTS (
                       SELECT FROM offer
                        WHERE offer.match_id = match.match_id AND match.therapist_id = offer.therapist_id
                          AND offer.state IN ('sent', 'acknowledged', 'declining'))
                UNION ALL
                SELECT 'places do not add up: ' || therapist_id FROM therapist
                 WHERE places_held <> (SELECT count(*) FROM match
                                        WHERE match.therapist_id = therapist.therapist_id AND match.holds_place)
                                    + (SELECT count(*) FROM offer JOIN match USING (match_id)
                                        WHERE offer.therapist_id = therapist.therapist_id
                                          AND match.therapist_id <> offer.therapist_id
                                          AND offer.state IN ('sent', 'acknowledged', 'declining'))
                UNION ALL
                SELECT 'parked: ' || type || ' ' || reason FROM parked_event
                """
            )
            forgotten = await store.without_next_look(db)
        return [*(row[0] for row in rows), *forgotten]


@pytest.fixture(name="matching")
async def matching_service(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Matching]:
    """The service on a fresh database; at the end everything must be in order."""
    subscriptions = collect([consumers, timers])
    service = await Matching.start(
        "matching", database_for("matching").application_dsn, subscriptions, settings=SETTINGS
    )
    assert isinstance(service, Matching)
    yield service
    disorder = await service.disorder()
    await service.stop()
    assert disorder == []
