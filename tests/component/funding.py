"""Funding alone: matches, consents and money in, subsidies out."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.funding.app import SERVICE
from services.funding.domain.awards import Award
from services.funding.domain.days import day_of
from services.funding.domain.funds import Restrictions
from services.funding.domain.ledger import Balances
from services.funding.domain.policy import Policy
from services.funding.domain.vocabulary import FundKind
from services.funding.handlers.money import Gift, open_fund, receive_money
from services.funding.store import awards, funds
from shared.db import Database
from shared.events.codes import Priority
from shared.events.intake import ReferralTriaged
from shared.events.matching import MatchProposed, MatchWithdrawn, OfferAccepted, OfferDeclined, TherapyEnded
from shared.events.sealed import MeansProfile
from shared.kernel.ids import FundId, MatchId, OfferId, ReferralId, TherapistId
from shared.kernel.money import Pence
from tests.component.harness import Component
from tests.databases import ServiceDatabase

UNTIED = Restrictions()


@dataclass(frozen=True)
class Client:
    """One referral, and the match that is proposed for it; 10 sessions at £50 unless told."""

    referral_id: ReferralId = field(default_factory=lambda: ReferralId(uuid4()))
    match_id: MatchId = field(default_factory=lambda: MatchId(uuid4()))
    therapist_id: TherapistId = field(default_factory=lambda: TherapistId(uuid4()))

    def again(self) -> "Client":
        """The same person with another therapist."""
        return Client(self.referral_id)

    def proposed(self, *, fee: int = 5000, sessions: int = 10) -> MatchProposed:
        """A therapist was found."""
        return MatchProposed(
            **self._ids, session_fee=Pence(fee), sessions_planned=sessions
        )  # fmt: skip

    @property
    def _ids(self) -> dict[str, Any]:
        return {"match_id": self.match_id, "referral_id": self.referral_id, "therapist_id": self.therapist_id}

    def accepted(self, *, fee: int | None = None) -> OfferAccepted:
        """The therapist takes the client, for the fee that was proposed or for less."""
        asked = None if fee is None else Pence(fee)
        return OfferAccepted(offer_id=OfferId(uuid4()), session_fee=asked, **self._ids)

    def declined(self) -> OfferDeclined:
        """The therapist cannot."""
        return OfferDeclined(offer_id=OfferId(uuid4()), reason="full", **self._ids)

    def withdrawn(self) -> MatchWithdrawn:
        """The match will not go on."""
        return MatchWithdrawn(match_id=self.match_id, referral_id=self.referral_id, reason="referral-closed")

    def ended(self) -> TherapyEnded:
        """The therapy is over."""
        return TherapyEnded(outcome="completed", **self._ids)


def a_profile(**changes: Any) -> MeansProfile:
    """Somebody from Devon who cannot pay and agrees to everything, with changes."""
    plain = {
        "client_group": "survivor",
        "age_band": "26-64",
        "outward_code": "TQ13",
        "means": "cannot-pay",
        "consents": ("referral", "sharing", "subsidy"),
    }
    return MeansProfile.model_validate({**plain, **changes})


@dataclass
class Funding(Component):
    """Funding on its own database."""

    @classmethod
    async def open(cls, database: ServiceDatabase, **policy: Any) -> "Funding":
        """Start on a fresh database; call `stop` at the end."""
        settings = SimpleNamespace(policy=Policy(**policy), public_url=lambda service: f"https://{service}.example")
        made = await Component.start("funding", database.application_dsn, SERVICE.subscriptions, settings=settings)
        return cls(**{name: getattr(made, name) for name in made.__dataclass_fields__})

    async def widen(self, connections: int) -> None:
        """Work with so many connections at once."""
        await self.stop()
        database = Database(self.kernel.database.dsn, minimum=connections, maximum=connections)
        await database.open()
        for part in (self.kernel, self.kernel.inbox, self.kernel.timers):
            part.database = database

    async def triaged(
        self, client: Client, *, priority: Priority = "routine", outcome: str = "suitable", **profile: Any
    ) -> None:
        """Intake finds a referral suitable and says what the client can pay."""
        event = ReferralTriaged.model_validate(
            {
                "referral_id": client.referral_id,
                "outcome": outcome,
                "priority": priority,
                "decided_by": "rules",
                "received_at": self.clock.now(),
            }
        )
        seal: dict[Any, Any] = {"funding": a_profile(**profile)} if outcome == "suitable" else {}
        await self.hears(event, seal=seal)

    async def a_match(self, *, fee: int = 5000, sessions: int = 10, **profile: Any) -> Client:
        """A suitable client for whom a therapist was found."""
        client = Client()
        await self.triaged(client, **profile)
        await self.hears(client.proposed(fee=fee, sessions=sessions))
        return client

    async def a_fund(
        self,
        pence: int = 0,
        *,
        name: str = "Relief fund",
        kind: FundKind | None = None,
        restrictions: Restrictions = UNTIED,
    ) -> FundId:
        """A fund with money in it."""
        chosen: FundKind = kind or ("restricted" if restrictions.any else "unrestricted")
        fund_id = await self.perform(
            name, lambda tx: open_fund(tx, funder="Example Trust", name=name, kind=chosen, restrictions=restrictions)
        )
        if pence:
            await self.receives(fund_id, pence)
        return fund_id

    async def receives(self, fund_id: FundId, pence: int, reference: str | None = None) -> bool:
        """Money comes in."""
        gift = Gift(fund_id, Pence(pence), reference or f"BACS {uuid4()}", day_of(self.clock.now()))
        return await self.perform(str(fund_id), lambda tx: receive_money(tx, gift), actor=f"staff:{UUID(int=7)}")

    async def balances(self, fund_id: FundId) -> Balances:
        """How a fund stands."""
        async with self.kernel.reading() as db:
            kept = await funds.fund_kept(db, fund_id)
        assert kept is not None
        return kept.balances

    async def award(self, client: Client) -> Award:
        """The award of a client's match."""
        async with self.kernel.reading() as db:
            found = await awards.award_for_match(db, client.match_id)
        assert found is not None
        return found


@pytest.fixture(name="funding")
async def funding_service(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Funding]:
    """Funding on a fresh database, stopped at the end."""
    service = await Funding.open(database_for("funding"))
    yield service
    await service.stop()
