"""Intake alone: requests for help in, decisions and events out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID, uuid4

from services.intake.app import SERVICE
from services.intake.domain.answers import Contact, Need, Submission
from services.intake.domain.codes import Purpose
from services.intake.handlers import triage
from services.intake.handlers.receiving import Arrival, receive
from services.intake.store.concerns import Concern, concerns_of
from services.intake.store.referrals import Referral, referral_of
from shared.kernel.ids import ReferralId, StaffId, uuid7
from shared.messaging.transaction import Transaction
from tests.component.harness import Component
from tests.databases import ServiceDatabase

T = TypeVar("T")

ALL_PURPOSES: tuple[Purpose, ...] = ("referral", "sharing", "subsidy", "evaluation", "statistics", "contact-again")
ANNA, BERTA = StaffId(UUID(int=1)), StaffId(UUID(int=2))


def a_need(**changes: Any) -> Need:
    """A straightforward need, with changes."""
    plain = Need(
        asker="client",
        client_group="survivor",
        age_band="26-64",
        danger="no",
        outward_code="TQ13",
        means="cannot-pay",
    )
    return replace(plain, **changes)


def a_contact(**changes: Any) -> Contact:
    """Somebody who may be written to, with changes."""
    return replace(Contact(channel="email", name="Robin", email="robin@example.org"), **changes)


def a_submission(
    *,
    contact: Contact | None = None,
    consents: tuple[Purpose, ...] = ALL_PURPOSES,
    words: str = "",
    **need: Any,
) -> Submission:
    """A straightforward request for help; further keywords change its need."""
    return Submission("web", "self", a_need(**need), contact or a_contact(), consents, words)


@dataclass
class Intake(Component):
    """Intake on its own database."""

    @classmethod
    async def open(cls, database: ServiceDatabase) -> "Intake":
        """Start on a fresh database; call `stop` at the end."""
        made = await Component.start("intake", database.application_dsn, SERVICE.subscriptions)
        return cls(**{name: getattr(made, name) for name in made.__dataclass_fields__})

    async def by(self, actor: str, key: object, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do work as somebody, under the lock of `key`."""
        return await self.kernel.perform(str(key), work, actor=actor)

    async def receives(self, asked: Submission | None = None, *, receipt_hash: bytes | None = None) -> Referral:
        """Take in a request for help."""
        referral_id = ReferralId(uuid7(self.clock.now()))
        arrival = Arrival(referral_id, receipt_hash or uuid4().bytes)
        return await self.by("client", referral_id, lambda tx: receive(asked or a_submission(), arrival, tx))

    async def decides(self, referral: Referral, staff: StaffId = ANNA, **decision: Any) -> Referral:
        """Decide a referral as a member of staff, by default as suitable and with the proposed priority."""
        asked = triage.Asked(
            **{"version": referral.version, "outcome": "suitable", "priority": referral.priority, **decision}
        )
        return await self.by(
            f"staff:{staff}", referral.referral_id, lambda tx: triage.decide(referral.referral_id, asked, tx)
        )

    async def referral(self, referral_id: UUID) -> Referral:
        """The referral as it stands."""
        async with self.kernel.reading() as db:
            found = await referral_of(db, referral_id)
        assert found is not None
        return found

    async def concern(self, referral: Referral) -> Concern:
        """The only concern about a referral."""
        async with self.kernel.reading() as db:
            [found] = await concerns_of(db, referral.referral_id)
        return found

    async def counted(self, table: str) -> int:
        """How many rows a table has."""
        async with self.kernel.reading() as db:
            found: int = await db.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name from a test
        return found
