"""What happens because time passed: a reservation runs out, a fund opens, the outlook changed, somebody is asked."""

from datetime import date, timedelta
from typing import cast
from uuid import UUID

from services.funding.domain.questionnaires import Moment
from services.funding.handlers.choosing import look_again
from services.funding.handlers.deciding import LOOK_AGAIN
from services.funding.handlers.drawing import AWARD_LAPSES
from services.funding.handlers.ending import let_award_lapse, let_reservation_expire
from services.funding.handlers.evaluating import EVALUATION_DUE, EVALUATION_REMINDER, ask_now, remind
from services.funding.handlers.fees import FEE_STEP, take_step
from services.funding.handlers.means import MEANS_STEP, remind_of_means
from services.funding.handlers.means_policies import take_in_shipped
from services.funding.handlers.milestones import MILESTONES, look_at_milestones
from services.funding.handlers.money import FUND_OPENS, begin_to_spend
from services.funding.handlers.outlook import OUTLOOK, tell_outlook
from services.funding.handlers.posting import RESERVATION_EXPIRES
from services.funding.handlers.reporting import REPORT_DUE, publish_due
from shared.kernel.ids import AdministrationId, AwardId, FundId, MatchId, MeansTestId
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import DueTimer, background, timer
from shared.messaging.transaction import Transaction


@timer(RESERVATION_EXPIRES)
async def on_reservation_expires(due: DueTimer, tx: Transaction) -> None:
    """Nobody answered in time: let the money go."""
    await let_reservation_expire(tx, AwardId(UUID(due.key)))


@timer(AWARD_LAPSES)
async def on_award_lapses(due: DueTimer, tx: Transaction) -> None:
    """The last day of an award is over: what was not drawn helps somebody else."""
    await let_award_lapse(tx, AwardId(UUID(due.key)))


@timer(LOOK_AGAIN)
async def on_award_looked_at_again(due: DueTimer, tx: Transaction) -> None:
    """Nobody agreed to an award: it is put forward again."""
    await look_again(tx, AwardId(UUID(due.key)))


@timer(FUND_OPENS)
async def on_fund_opens(due: DueTimer, tx: Transaction) -> None:
    """The money may be spent from today."""
    await begin_to_spend(tx, FundId(UUID(due.key)))


@timer(MILESTONES)
async def on_milestones(due: DueTimer, tx: Transaction) -> None:
    """A day on which a funder, or finance, may have to be told something about a fund."""
    await look_at_milestones(tx, FundId(UUID(due.key)))


@timer(FEE_STEP)
async def on_fee_step(due: DueTimer, tx: Transaction) -> None:
    """A therapist has not paid a fee yet."""
    await take_step(tx, UUID(due.key))


@background(every=timedelta(minutes=1))
async def look_at_money(kernel: Kernel) -> None:
    """Tell for which kinds of case there is money, where that has changed; once a minute is soon enough."""
    await kernel.perform(OUTLOOK, tell_outlook, actor="system")


@timer(EVALUATION_DUE)
async def on_evaluation_due(due: DueTimer, tx: Transaction) -> None:
    """A moment of a therapy at which both are asked how it goes."""
    match_id, _, moment = due.key.partition(":")
    await ask_now(tx, MatchId(UUID(match_id)), cast("Moment", moment))


@timer(EVALUATION_REMINDER)
async def on_evaluation_reminder(due: DueTimer, tx: Transaction) -> None:
    """Nobody has answered yet."""
    await remind(tx, AdministrationId(UUID(due.key)))


@timer(MEANS_STEP)
async def on_means_step(due: DueTimer, tx: Transaction) -> None:
    """Somebody has not said yet what they live on."""
    await remind_of_means(tx, MeansTestId(UUID(due.key)))


@background(every=timedelta(days=1))
async def look_at_thresholds(kernel: Kernel) -> None:
    """Take in the thresholds that come with the program: at the start, and every day in case a row was restored."""
    await kernel.perform("means-policies", take_in_shipped, actor="system")


@timer(REPORT_DUE)
async def on_report_due(due: DueTimer, tx: Transaction) -> None:
    """The day has come on which a funder is to have a report."""
    fund_id, _, day = due.key.partition(":")
    await publish_due(tx, FundId(UUID(fund_id)), date.fromisoformat(day))
