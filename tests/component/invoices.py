"""What tests of invoices and payments share: therapists with sessions that were paid, and who decides."""

from datetime import date
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from services.funding.domain.bank_details import BankDetails
from services.funding.domain.bank_files import Payer
from services.funding.domain.invoices import Invoice
from services.funding.handlers import bank_details, invoice_decisions, invoicing, payment_runs
from services.funding.store import bank_details as bank_store
from services.funding.store import invoice_lines, invoices
from shared.events.matching import TherapistSessionOpened, TherapyStarted
from shared.events.sealed import TherapistProfile
from shared.kernel.ids import InvoiceId, PaymentRunId, SessionId
from shared.web.cookies import THERAPIST_COOKIE, THERAPIST_SEEN_COOKIE, hash_of, session_cookies
from tests.component.funding import Client, Funding
from tests.component.funding_pages import SESSION_KEY
from tests.component.test_funding_drawing import attended

ONE, ANOTHER, THIRD = (f"staff:{UUID(int=number)}" for number in (1, 2, 3))
PAYER = Payer("654321", "EXAMPLE CHARITY", "112233", "12345678")
TODAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


async def a_therapy(funding: Funding, *, therapist: Client | None = None, sessions: int = 10, **profile: Any) -> Client:
    """A client whose therapy has begun and is paid; with `therapist`, at the therapist of that client."""
    drawn = Client()
    client = Client(drawn.referral_id, drawn.match_id, (therapist or drawn).therapist_id)
    await funding.triaged(client, **profile)
    ids = {"referral_id": client.referral_id, "match_id": client.match_id, "therapist_id": client.therapist_id}
    await funding.hears(client.proposed(sessions=sessions), client.accepted(), TherapyStarted.model_validate(ids))
    return client


async def sessions_held(funding: Funding, client: Client, number: int = 1, *, on: date = TODAY) -> list[SessionId]:
    """So many sessions took place."""
    found = [SessionId(uuid4()) for _ in range(number)]
    await funding.hears(*(attended(client, session, on=on) for session in found))
    return found


def as_therapist(client: Client) -> str:
    return f"therapist:{client.therapist_id}"


async def invoiced(funding: Funding, client: Client, sessions: list[SessionId], reference: str = "") -> InvoiceId:
    """The therapist asks for these sessions."""
    return await funding.perform(
        str(client.therapist_id),
        lambda tx: invoicing.make_own(tx, client.therapist_id, sessions, reference),
        actor=as_therapist(client),
    )


async def approved(funding: Funding, invoice_id: InvoiceId, by: str = ONE) -> str:
    return await funding.perform("finance", lambda tx: invoice_decisions.approve_invoice(tx, invoice_id), actor=by)


async def an_account(funding: Funding, client: Client, number: str = "87654321", *, confirmed: bool = True) -> None:
    """The therapist enters where they are paid to, and finance confirms it."""
    details = BankDetails("KIM EXAMPLE", "445566", number)
    therapist = client.therapist_id
    await funding.perform(
        str(therapist), lambda tx: bank_details.enter_account(tx, therapist, details), actor=as_therapist(client)
    )
    if confirmed:
        async with funding.kernel.reading() as db:
            account = (await bank_store.accounts_of(db, funding.kernel.keys, therapist))[0]
        await funding.perform(
            str(therapist), lambda tx: bank_details.confirm_account(tx, account.account_id), actor=ONE
        )


async def a_run(funding: Funding, by: str = ONE, *, released_by: str | None = ANOTHER) -> PaymentRunId:
    """Everything approved goes into a run, and a second person lets it go."""
    run_id = await funding.perform("payments", lambda tx: payment_runs.make_run(tx, FRIDAY), actor=by)
    if released_by:
        await funding.perform("payments", lambda tx: payment_runs.release_run(tx, run_id), actor=released_by)
    return run_id


async def answered(funding: Funding, *lines: str) -> int:
    """The bank's answer is taken in."""
    text = "\n".join(("reference,amount,result,day,reason", *lines))
    return await funding.perform("payments", lambda tx: payment_runs.take_answer(tx, text), actor=ONE)


async def invoice(funding: Funding, invoice_id: InvoiceId) -> Invoice:
    async with funding.kernel.reading() as db:
        found = await invoices.invoice_by_id(db, funding.kernel.keys, invoice_id)
    assert found is not None
    return found


async def amounts(funding: Funding, invoice_id: InvoiceId) -> list[int]:
    """What the lines of an invoice come to, sessions first."""
    async with funding.kernel.reading() as db:
        return [line.amount for line in await invoice_lines.lines_of(db, invoice_id)]


async def therapist_cookies(funding: Funding, client: Client) -> dict[str, str]:
    """The cookies of a client's therapist who has just signed in to the portal."""
    token, now = token_urlsafe(32), funding.clock.now()
    opened = TherapistSessionOpened(
        therapist_id=client.therapist_id, session_hash=hash_of(token), expires_at=now.replace(hour=23)
    )
    await funding.hears(opened, seal={"funding": TherapistProfile(display_name="Kim Example")})
    return session_cookies(SESSION_KEY, token, now, cookie=THERAPIST_COOKIE, seen=THERAPIST_SEEN_COOKIE)
