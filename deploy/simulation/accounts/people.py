"""Who takes part in the year of money: funds and their terms, and for each client what their luck will be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import get_args
from uuid import UUID

from deploy.simulation.clients import Client, clients_of
from deploy.simulation.setup import Setup, date_of, moment
from services.funding.domain.funds import Restrictions
from services.funding.domain.vocabulary import FundKind
from shared.events.codes import ConsentPurpose, ReferralSource
from shared.events.intake import ReferralTriaged
from shared.events.matching import MatchProposed
from shared.events.sealed import MeansProfile
from shared.kernel.ids import MatchId, TherapistId
from shared.kernel.money import Pence

FEES = (40_00, 50_00, 55_00, 60_00)
SOURCES: tuple[ReferralSource, ...] = get_args(ReferralSource)


@dataclass(frozen=True, slots=True)
class Giver:
    """A fund, and its share of the year's income in per cent."""

    name: str
    kind: FundKind
    share: int
    terms: Restrictions


def givers(setup: Setup) -> tuple[Giver, ...]:
    """Free, designated and restricted money; one fund ends in the middle of the year."""
    middle = date_of(setup.days // 2)
    return (
        Giver("General reserve", "unrestricted", 35, Restrictions()),
        Giver("Trustees' own", "designated", 10, Restrictions(cap_per_client=Pence(200_00))),
        Giver("Prevention", "restricted", 20, Restrictions(client_groups=frozenset({"thoughts", "images"}))),
        Giver("Survivors", "restricted", 10, Restrictions(client_groups=frozenset({"survivor", "family"}))),
        Giver("Half of the fee", "restricted", 15, Restrictions(share_of_fee=50)),
        Giver("Until the summer", "restricted", 10, Restrictions(until=middle)),
    )


class Person:
    """One client of the year; everything that chance decides about them comes from luck of their own."""

    def __init__(self, setup: Setup, client: Client) -> None:
        self.client, self.luck = client, setup.draw("accounts", client.number)
        self.consents = _consents(self.luck)
        self.waited = self.luck.randint(0, 150)
        self.large = self.luck.random() < 0.06
        self.matches = self.attended = 0
        self.therapist_id = TherapistId(UUID(int=0))
        self.accepted = self.over = False
        self.present = self._match()

    def _match(self) -> MatchId:
        return MatchId(UUID(int=(5 << 100) + self.client.number * 16 + self.matches))

    def profile(self) -> MeansProfile:
        """What intake seals for funding."""
        need, counted = self.client.need, "statistics" in self.consents
        return MeansProfile(
            client_group=need.client_group,
            age_band=need.age_band,
            outward_code=need.outward_code,
            means=need.means,
            affordable_per_session=need.affordable_per_session,
            consents=self.consents,
            source=self.luck.choice(SOURCES) if counted else None,
            legal_stage=need.legal_stage if counted else None,
        )

    def triaged(self) -> ReferralTriaged:
        """They are found suitable, after they have waited for it."""
        return ReferralTriaged(
            referral_id=self.client.referral_id,
            outcome="suitable",
            priority=self.client.priority,
            decided_by="rules",
            received_at=moment(self.client.day) - timedelta(days=self.waited),
        )

    def proposed(self, therapists: int) -> MatchProposed:
        """The next therapist is found."""
        self.matches += 1
        self.present = self._match()
        return MatchProposed(
            match_id=self.present,
            referral_id=self.client.referral_id,
            therapist_id=TherapistId(UUID(int=(6 << 100) + self.luck.randrange(therapists))),
            session_fee=Pence(120_00 if self.large else self.luck.choice(FEES)),
            sessions_planned=24 if self.large else 10,
        )


def people_of(setup: Setup) -> Sequence[Person]:
    """Everybody who asks for help in the year, the first first."""
    return [Person(setup, client) for client in clients_of(setup)]


def year_of(setup: Setup) -> tuple[date, date]:
    """The period that the reports are about: while people arrive, and until the last have settled."""
    return date_of(0), date_of(setup.all_weeks * 7)


def _consents(luck: Random) -> tuple[ConsentPurpose, ...]:
    likely: tuple[tuple[ConsentPurpose, float], ...] = (("subsidy", 0.96), ("statistics", 0.85), ("evaluation", 0.8))
    return ("referral", "sharing", *(purpose for purpose, share in likely if luck.random() < share))
