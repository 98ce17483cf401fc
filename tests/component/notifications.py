"""Notifications alone: a database, a stand-in for the mail server, for funders' endpoints and for intake's answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from pydantic import BaseModel

from services.notifications import consumers, timers
from services.notifications.domain.delivery import Attempt, Went
from services.notifications.gateways.mail import Letter, MailServer
from services.notifications.gateways.webhooks import Caller
from services.notifications.handlers import ageing, sending
from services.notifications.settings import NotificationsSettings
from shared.events.asks import ContactCard, ResolveTherapist
from shared.events.intake import ReferralReceived, ReferralTriaged
from shared.events.matching import MatchProposed, OfferSent
from shared.events.sealed import CardProfile, OfferLetter
from shared.kernel.ids import MatchId, OfferId, ReferralId, ServiceName, TherapistId
from shared.kernel.money import Pence
from shared.messaging.subscriptions import collect
from shared.privacy.key_settings import new_secrets
from tests.component.harness import MONDAY_MORNING, Component

M = TypeVar("M", bound=BaseModel)
URLS: dict[ServiceName, str] = {
    "intake": "http://localhost:8001",
    "matching": "http://localhost:8002",
    "funding": "http://localhost:8003",
    "notifications": "http://localhost:8004",
}


def some_settings(**changes: Any) -> NotificationsSettings:
    """Settings of a demonstration, with changes."""
    keys = new_secrets(URLS)["notifications"]
    values: dict[str, Any] = {
        "database_url": "postgresql://nobody@localhost/none",
        "broker_url": "amqp://nobody@localhost/none",
        "port": 0,
        "demo": True,
        "public_urls": URLS,
        "smtp_sender": "Messages <messages@example.org>",
        **{name.removeprefix("STOPSO_").lower(): value for name, value in keys.items()},
        **changes,
    }
    return NotificationsSettings(**values)


@dataclass
class PostBox:
    """Stands for the mail server; answers what it is told to."""

    sent: list[tuple[str, Letter, str]] = field(default_factory=list)
    answers: list[Attempt | BaseException] = field(default_factory=list)

    async def send(self, letter: Letter, to: str, *, message_id: str, now: datetime) -> Attempt:  # noqa: ARG002
        """Keep a mail."""
        answer = self.answers.pop(0) if self.answers else Went()
        self.sent.append((to, letter, message_id))
        if isinstance(answer, BaseException):
            raise answer
        return answer


@dataclass
class Hooks:
    """Stands for funders' endpoints."""

    posted: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answers: list[Attempt] = field(default_factory=list)

    async def post(self, url: str, body: str, headers: dict[str, str]) -> Attempt:
        """Keep a call."""
        self.posted.append((url, body, dict(headers)))
        return self.answers.pop(0) if self.answers else Went(confirmed=True)


@dataclass
class Intake:
    """Stands for the answers on the bus: of intake about clients, of matching about therapists."""

    answer: BaseModel | BaseException = field(default_factory=lambda: ContactCard(address="someone@example.org"))
    questions: list[BaseModel] = field(default_factory=list)

    async def ask(
        self,
        service: ServiceName,
        question: BaseModel,
        answer: type[M],  # noqa: ARG002
        *,
        deadline: float,  # noqa: ARG002
    ) -> M:
        """Answer."""
        assert service == ("matching" if isinstance(question, ResolveTherapist) else "intake")
        self.questions.append(question)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return cast("M", self.answer)


@dataclass
class Notifications(Component):
    """The component, with its stand-ins."""

    post_box: PostBox = field(default_factory=PostBox)
    hooks: Hooks = field(default_factory=Hooks)
    intake: Intake = field(default_factory=Intake)

    async def sends(self) -> int:
        """Send what is due now; gives how many attempts were made."""
        return await sending.send_due(self.kernel, cast("MailServer", self.post_box), cast("Caller", self.hooks))

    async def lets_pass(self, time: timedelta) -> None:
        """Let time pass, and send what came due."""
        await self.passes(time)
        await ageing.age_board(self.kernel)
        await self.sends()

    async def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        """What the database holds."""
        async with self.kernel.reading() as db:
            return [dict(row) for row in await db.fetch(query, *args)]

    async def card(self, referral_id: UUID) -> dict[str, Any]:
        """One card as it is kept."""
        return (await self.rows("SELECT * FROM card WHERE referral_id = $1", referral_id))[0]

    async def deliveries(self) -> list[dict[str, Any]]:
        """All deliveries, in the order in which they were queued."""
        return await self.rows("SELECT * FROM delivery ORDER BY delivery_id")


@asynccontextmanager
async def notifications_on(dsn: str, **changes: Any) -> AsyncIterator[Notifications]:
    """The component on a database."""
    started = await Notifications.start(
        "notifications", dsn, collect([consumers, timers]), settings=some_settings(**changes)
    )
    component = cast("Notifications", started)
    component.kernel.asker = component.intake
    try:
        yield component
    finally:
        await component.stop()


def a_referral(**changes: Any) -> ReferralReceived:
    """A referral that came through the web form on Monday morning."""
    values = {"referral_id": ReferralId(uuid4()), "channel": "web", "source": "self", "received_at": MONDAY_MORNING}
    return ReferralReceived.model_validate({**values, **changes})


def a_profile(**changes: Any) -> dict[ServiceName, CardProfile]:
    """The profile that comes with it."""
    values = {"client_group": "thoughts", "age_band": "26-64", "outward_code": "TQ13"}
    return {"notifications": CardProfile.model_validate({**values, **changes})}


def triaged(referral_id: ReferralId, **changes: Any) -> ReferralTriaged:
    """It was found suitable by the rules."""
    values = {"outcome": "suitable", "priority": "routine", "decided_by": "rules", "received_at": MONDAY_MORNING}
    return ReferralTriaged.model_validate({"referral_id": referral_id, **values, **changes})


def proposed(referral_id: ReferralId, **changes: Any) -> MatchProposed:
    """A therapist was found."""
    values = {
        "match_id": MatchId(uuid4()),
        "therapist_id": TherapistId(uuid4()),
        "session_fee": Pence(6000),
        "sessions_planned": 12,
    }
    return MatchProposed.model_validate({"referral_id": referral_id, **values, **changes})


def an_offer(referral_id: ReferralId, **changes: Any) -> OfferSent:
    """A therapist was asked, until Wednesday."""
    values = {
        "offer_id": OfferId(uuid4()),
        "match_id": MatchId(uuid4()),
        "therapist_id": TherapistId(uuid4()),
        "reply_by": MONDAY_MORNING + timedelta(days=2),
    }
    return OfferSent.model_validate({"referral_id": referral_id, **values, **changes})


def a_letter(
    email: str = "therapist@example.org", link: str = "http://localhost:8002/offers/token"
) -> dict[ServiceName, OfferLetter]:
    """The sealed letter that comes with an offer."""
    return {"notifications": OfferLetter(email=email, link=link)}
