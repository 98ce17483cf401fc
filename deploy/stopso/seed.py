"""Demo data: fictional therapists, funds, staff and referrals, taken in as real ones are, and moved on by answers."""

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.stopso import demo_people
from deploy.stopso.demo_answers import move_on, settle
from deploy.stopso.demo_money import agree_on_grant, hold_sessions, look_after, two_of
from deploy.stopso.demo_past import add_past
from deploy.stopso.demo_register import furnish, take_over
from deploy.stopso.places import state_folder
from deploy.stopso.problems import CannotRun
from deploy.stopso.running_state import RunningState, is_running, read_state
from deploy.stopso.surroundings import Surroundings, surroundings_in
from deploy.stopso.workbench import workbench
from services.funding.handlers.money import Gift, open_fund, receive_money
from services.intake.handlers.receiving import Arrival, receive
from shared.events.codes import StaffRole
from shared.kernel.ids import SERVICES, ReferralId, ServiceName, uuid7
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web.accounts import add_account

FIRST_REFERRALS = 40
Kernels = Mapping[ServiceName, Kernel]


def command(
    referrals: Annotated[int, typer.Option("--referrals", min=1, max=100_000, help="How many more to add.")] = 20,
) -> None:
    """Add fictional referrals to the copy that runs here, and let some of them move on."""
    state = read_state()
    if not is_running() or state is None:
        msg = "nothing runs from this folder; start it with `make up`"
        raise CannotRun(msg)
    surroundings = surroundings_in(state_folder())
    _refuse_real_people(surroundings.environment("intake", state))
    asyncio.run(_seed(_environments(surroundings, state), referrals, Console()))


def seed_if_empty(surroundings: Surroundings, state: RunningState, console: Console) -> None:
    """Load the demo data into a copy that has nothing yet."""
    seed_environments(_environments(surroundings, state), console)


def seed_environments(environments: Mapping[ServiceName, Mapping[str, str]], console: Console) -> None:
    """The same, given what each service is told; nothing is done where people are, or where it is no demonstration."""
    if environments["intake"].get("STOPSO_DEMO") == "true":
        asyncio.run(_seed(environments, FIRST_REFERRALS, console, only_if_empty=True))


async def _seed(
    environments: Mapping[ServiceName, Mapping[str, str]], count: int, console: Console, *, only_if_empty: bool = False
) -> None:
    async with workbench(environments) as kernels:
        async with kernels["notifications"].reading() as db:
            fresh = not await db.fetchval("SELECT EXISTS (SELECT 1 FROM account)")
        if only_if_empty and not fresh:
            return
        luck = "the first demonstration" if fresh else datetime.now(UTC).isoformat()
        draw = random.Random(luck)  # noqa: S311 - fiction
        if fresh:
            await _people_and_money(kernels, draw)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            arriving = progress.add_task("Taking in fictional referrals", total=count)
            for number in range(1, count + 1):
                await _arrive(kernels["intake"], draw, number)
                progress.advance(arriving)
            await move_on(kernels, draw, count, progress)
        if fresh:
            await _finance_at_work(kernels)
        console.print(f"Added {count} fictional referrals.")


async def _finance_at_work(kernels: Kernels) -> None:
    now = datetime.now(UTC)
    two = await two_of(kernels["notifications"])
    await agree_on_grant(kernels["funding"], two, now.date())
    await hold_sessions(kernels["matching"], now)
    await settle(kernels)
    await look_after(kernels["funding"], two)


async def _people_and_money(kernels: Kernels, draw: random.Random) -> None:
    notifications = kernels["notifications"]
    for name, display_name, roles in demo_people.STAFF:
        await notifications.perform(
            name, partial(_add_staff, name=name, display_name=display_name, roles=roles), actor="system"
        )
    today = datetime.now(UTC).date()
    report = await take_over(kernels["matching"], demo_people.therapists(draw, today))
    if report.errors:
        msg = f"the demo therapists do not fit the register: {report.errors[0]}"
        raise RuntimeError(msg)
    await furnish(kernels["matching"], today)
    for funder, name, kind, restrictions, amount in demo_people.funds(today):
        opening = partial(open_fund, funder=funder, name=name, kind=kind, restrictions=restrictions)
        fund_id = await kernels["funding"].perform(name, opening, actor="system")
        gift = Gift(fund_id, amount, "demonstration", today)
        await kernels["funding"].perform(str(fund_id), partial(_receive, gift), actor="system")
        if name == demo_people.FUND_WITH_A_PAST:
            await add_past(kernels["funding"], fund_id, draw, today)


async def _add_staff(tx: Transaction, *, name: str, display_name: str, roles: tuple[StaffRole, ...]) -> None:
    await add_account(
        tx.db, name=name, display_name=display_name, roles=roles, password=demo_people.PASSWORD, now=tx.now
    )


async def _receive(gift: Gift, tx: Transaction) -> bool:
    return await receive_money(tx, gift)


async def _arrive(intake: Kernel, draw: random.Random, number: int) -> None:
    asked = demo_people.referral(draw, number)
    referral_id = ReferralId(uuid7(datetime.now(UTC)))

    async def take_in(tx: Transaction) -> None:
        await receive(asked, Arrival(referral_id), tx)

    await intake.perform(str(referral_id), take_in, actor="client")


def _environments(surroundings: Surroundings, state: RunningState) -> dict[ServiceName, dict[str, str]]:
    return {service: surroundings.environment(service, state) for service in SERVICES}


def _refuse_real_people(environment: Mapping[str, str]) -> None:
    if environment.get("STOPSO_DEMO") != "true":
        msg = "this copy is no demonstration: fictional people do not belong among real ones"
        raise CannotRun(msg)
