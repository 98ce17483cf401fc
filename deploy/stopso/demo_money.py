"""One of everything that finance looks after: a grant, an approval that waits, invoices, means, a funder's person."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from deploy.stopso.demo_people import AT_A_FUNDER, FUND_WITH_A_GRANT
from services.funding.domain.bank_details import BankDetails
from services.funding.domain.grants import Grant, Target
from services.funding.handlers import bank_details, grant_dates, invoice_decisions, invoicing
from services.funding.handlers.choosing import choose_another_fund
from services.funding.handlers.funder_contacts import add_contact
from services.funding.handlers.grants import add_grant
from services.funding.handlers.means import ask_for_means, work_out
from services.funding.handlers.means_policies import take_in_shipped
from services.funding.store import bank_details as kept_accounts
from services.funding.store import invoice_lines
from services.matching.handlers.therapy import booking
from shared.kernel.errors import BrokenPromise
from shared.kernel.ids import (
    AwardId,
    FunderId,
    FundId,
    GrantId,
    InvoiceId,
    MatchId,
    ReferralId,
    SessionId,
    TherapistId,
    uuid7,
)
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

LIVES_ON = {
    "on_benefits": "no", "partner": "no", "children": "1", "income_period": "month", "wages": "1,900", "benefits": "90",
    "other_income": "0", "outgoings_period": "month", "tax": "230", "housing": "640", "childcare": "120",
    "maintenance": "0", "savings": "300",
}  # fmt: skip
FIRST_SESSIONS = 3
THERAPIES = 4
TRIED = 12
"""How many are tried where something may not fit, as in life."""


@dataclass(frozen=True, slots=True)
class Two:
    """Two people at the charity, because money takes four eyes."""

    one: str
    another: str


async def two_of(notifications: Kernel) -> Two:
    """The fictional coordinator, who prepares, and the fictional finance officer, who decides."""
    rows = await _rows(notifications, "SELECT sign_in_name, account_id FROM account")
    ids = {row["sign_in_name"]: f"staff:{row['account_id']}" for row in rows}
    return Two(ids["cora"], ids["fiona"])


async def agree_on_grant(funding: Kernel, two: Two, today: date) -> None:
    """A grant with an instalment that is late and two to come, a report that is due soon, and somebody to write to."""
    (row,) = await _rows(funding, "SELECT fund_id, funder_id FROM fund WHERE name = $1", FUND_WITH_A_GRANT)
    fund_id, funder_id = FundId(row["fund_id"]), FunderId(row["funder_id"])
    first, last = today - timedelta(days=80), today + timedelta(days=200)
    grant_id = GrantId(uuid7(funding.clock.now()))
    grant = Grant(
        grant_id, fund_id, funder_id, "EVT-DEMO-1", Pence(15_000_00), first - timedelta(days=21), first, last,
        Target("sessions", 300),
    )  # fmt: skip

    async def agree(tx: Transaction) -> None:
        await add_grant(tx, grant)
        for days, pence in ((-9, 5_000_00), (70, 5_000_00), (160, 5_000_00)):
            await grant_dates.add_instalment(tx, grant_id, today + timedelta(days=days), Pence(pence))
        middle = first + timedelta(days=70)
        await grant_dates.add_report_date(tx, grant_id, today + timedelta(days=18), (first, middle))
        await grant_dates.add_report_date(tx, grant_id, last + timedelta(days=30), (middle, last + timedelta(days=1)))
        await grant_dates.add_condition(tx, grant_id, "Only for people who live in the South West or in Wales.")
        await add_contact(tx, funder_id, *AT_A_FUNDER)

    await funding.perform(str(funder_id), agree, actor=two.another)


async def hold_sessions(matching: Kernel, now: datetime) -> None:
    """The first sessions of a few subsidised therapies, in the weeks before today."""
    running = await _rows(
        matching,
        "SELECT match_id, referral_id FROM match WHERE state = 'in-therapy' AND subsidy > 0 ORDER BY match_id LIMIT $1",
        THERAPIES,
    )
    for number, row in enumerate(running):
        for weeks in range(FIRST_SESSIONS, 0, -1):
            starts_at = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=7 * weeks, hours=number)
            await _tried(matching, str(row["referral_id"]), partial(_hold, MatchId(row["match_id"]), starts_at))


async def _hold(match_id: MatchId, starts_at: datetime, tx: Transaction) -> None:
    done = await booking.book(tx, match_id, starts_at, actor="therapist")
    if isinstance(done, booking.Done):
        await booking.record(tx, match_id, done.session_id, "attended", actor="therapist")


async def look_after(funding: Kernel, two: Two) -> None:
    """What waits for a decision, and what was decided: an approval, means, invoices."""
    await funding.perform("means-policies", take_in_shipped, actor="system")
    await _choose_a_fund(funding, two)
    await _test_means(funding, two)
    await _invoice(funding, two)


async def _choose_a_fund(funding: Kernel, two: Two) -> None:
    reserved = await _rows(
        funding, "SELECT award_id, referral_id FROM award WHERE state = 'reserved' ORDER BY award_id LIMIT $1", TRIED
    )
    untied = await _rows(funding, "SELECT fund_id FROM fund WHERE kind <> 'restricted' ORDER BY name DESC")
    for award in reserved:
        for fund in untied:
            choice = partial(_choose, AwardId(award["award_id"]), FundId(fund["fund_id"]))
            if await _tried(funding, str(award["referral_id"]), choice, two.one):
                return


async def _choose(award_id: AwardId, fund_id: FundId, tx: Transaction) -> None:
    await choose_another_fund(tx, award_id, fund_id, "The other fund is asked for a larger gift this month.")


async def _test_means(funding: Kernel, two: Two) -> None:
    """One that staff have worked out with the client, and one that the client has yet to answer."""
    agreed = await _rows(
        funding,
        "SELECT referral_id FROM referral WHERE standing = 'suitable' AND subsidy_agreed ORDER BY referral_id LIMIT $1",
        TRIED,
    )
    done = 0
    for row in agreed:
        referral_id = ReferralId(row["referral_id"])
        if await _tried(funding, str(referral_id), partial(_ask, referral_id, bool(done)), two.one):
            done += 1
        if done > 1:
            return


async def _ask(referral_id: ReferralId, write: bool, tx: Transaction) -> None:  # noqa: FBT001 - bound once, just above
    test = await ask_for_means(tx, referral_id, write=write)
    if not write:
        await work_out(tx, test, LIVES_ON, "payslip")


async def _invoice(funding: Kernel, two: Two) -> None:
    """One invoice to look at, and one that is approved and can be paid: to an account that two people know."""
    async with funding.reading() as db:
        payable = await invoice_lines.payable_sessions(db)
    for number, (therapist_id, lines) in enumerate(payable.items(), start=1):
        sessions, actor = [line.session_id for line in lines], f"therapist:{therapist_id}"

        asking = partial(_ask_for_payment, therapist_id, sessions, number)
        invoice_id = await funding.perform(str(therapist_id), asking, actor=actor)
        if number % 2 == 0:
            async with funding.reading() as db:
                account = (await kept_accounts.accounts_of(db, funding.keys, therapist_id))[0]
            agreeing = partial(_agree_to_pay, account.account_id, invoice_id)
            await _tried(funding, str(therapist_id), agreeing, two.another)


async def _ask_for_payment(
    therapist_id: TherapistId, sessions: list[SessionId], number: int, tx: Transaction
) -> InvoiceId:
    details = BankDetails("A N INVENTED", "123456", f"{10_000_000 + number}")
    await bank_details.enter_account(tx, therapist_id, details)
    return await invoicing.make_own(tx, therapist_id, sessions, f"DEMO-{number}")


async def _agree_to_pay(account_id: UUID, invoice_id: InvoiceId, tx: Transaction) -> None:
    await bank_details.confirm_account(tx, account_id)
    await invoice_decisions.approve_invoice(tx, invoice_id)


async def _tried(
    kernel: Kernel, key: str, work: Callable[[Transaction], Awaitable[object]], actor: str = "system"
) -> bool:
    try:
        await kernel.perform(key, work, actor=actor)
    except BrokenPromise:
        return False
    return True


async def _rows(kernel: Kernel, query: str, *arguments: object) -> list[Any]:
    async with kernel.reading() as db:
        return await db.fetch(query, *arguments)
