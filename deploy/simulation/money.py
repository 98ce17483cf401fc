"""The funds of a simulated year, and who is paid for from them: funding's own choice, on balances kept in memory."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from deploy.simulation.clients import Client
from deploy.simulation.setup import Setup, date_of
from services.funding.domain.choice import Case, Split, choose_fund
from services.funding.domain.contribution import PaysAll, contribution
from services.funding.domain.funds import Fund, Person, Restrictions
from services.funding.domain.outlook import Outlook as ToldOutlook
from services.funding.domain.outlook import Scale, outlook_of
from services.funding.domain.vocabulary import FundKind
from services.matching.domain.limits import Limit
from services.matching.domain.money import Line, Outlook
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.kernel.regions import region_of

GIVERS: tuple[tuple[str, FundKind, int, Restrictions], ...] = (
    ("General reserve", "unrestricted", 45, Restrictions()),
    ("Early prevention", "restricted", 20, Restrictions(client_groups=frozenset({"thoughts", "images"}))),
    ("Survivors and families", "restricted", 15, Restrictions(client_groups=frozenset({"survivor", "family"}))),
    ("South West and Wales", "restricted", 12, Restrictions(regions=frozenset({"south-west", "wales"}))),
    ("Young people", "restricted", 8, Restrictions(age_bands=frozenset({"under-13", "13-17", "18-25"}))),
)
"""Name, kind, share of the year's income in per cent, and terms."""
MONTH = 28


@dataclass(frozen=True, slots=True)
class Paid:
    """How one client's sessions are paid: nothing from the charity where there are no parts."""

    parts: tuple[tuple[FundId, Pence], ...] = ()
    sessions: int = 0

    @property
    def total(self) -> int:
        """What the charity keeps for it."""
        return sum(amount for _, amount in self.parts)


class Purse:
    """The funds as they stand on a day of the simulation."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._funds = {
            FundId(UUID(int=(3 << 100) + nth)): Fund(FundId(UUID(int=(3 << 100) + nth)), name, kind, Pence(0), terms)
            for nth, (name, kind, _, terms) in enumerate(GIVERS)
        }
        self._told: ToldOutlook = {}
        self._version = 0
        self.outlook = Outlook(0, ())
        self.spent = self.given = 0

    def receive_month(self, day: int) -> None:
        """Take in a thirteenth of the year's income."""
        for fund, (_, _, share, _) in zip(list(self._funds.values()), GIVERS, strict=True):
            amount = self._setup.income * share // 100 // 13
            self.given += amount
            self._put(fund.fund_id, amount)
        self.tell(date_of(day))

    def pay(self, client: Client, fee: Pence, sessions: int, day: int) -> Paid | None:
        """Keep what this client's sessions cost the charity; None where the funds have not enough."""
        need = client.need
        own = contribution(need.means, need.affordable_per_session, fee)
        if isinstance(own, PaysAll):
            return Paid()
        person = Person(need.client_group, need.age_band, region_of(need.outward_code))
        case = Case(person, sessions, fee, own.per_session)
        found = choose_fund(case, self._funds.values(), date_of(day))
        if not isinstance(found, Split):
            return None
        for part in found.parts:
            self._put(part.fund_id, -part.amount)
        self.spent += sum(part.amount for part in found.parts)
        self.tell(date_of(day))
        return Paid(tuple((part.fund_id, part.amount) for part in found.parts), sessions)

    def give_back(self, paid: Paid, *, used: int, day: int) -> bool:
        """Put back what was kept for sessions that did not take place; whether anything was."""
        unused = max(0, paid.sessions - used)
        if not paid.parts or not unused:
            return False
        for fund_id, amount in paid.parts:
            returned = amount * unused // paid.sessions
            self.spent -= returned
            self._put(fund_id, returned)
        self.tell(date_of(day))
        return True

    @property
    def left(self) -> int:
        """What is in all funds together."""
        return sum(fund.available for fund in self._funds.values())

    def tell(self, today: date) -> None:
        """Bring the outlook up to date, as funding tells it and matching keeps it."""
        told = outlook_of(self._funds.values(), self._told, Scale(), today)
        if told != self._told:
            self._told, self._version = told, self._version + 1
            lines = (
                Line(
                    Limit(level, terms.most_per_session, terms.share_of_fee),
                    terms.client_groups, terms.age_bands, terms.regions, terms.until,
                )
                for terms, level in told.items()
            )  # fmt: skip
            self.outlook = Outlook(self._version, tuple(lines))

    def _put(self, fund_id: FundId, amount: int) -> None:
        fund = self._funds[fund_id]
        self._funds[fund_id] = replace(fund, available=Pence(fund.available + amount))
