"""People at funders: noted by finance, written to, and signed in to the portal."""

from uuid import UUID

import httpx

from services.funding.handlers.funder_contacts import add_contact
from services.funding.handlers.money import open_fund
from services.funding.store.funds import fund_kept
from shared.events.funding import FunderLetterRequested
from shared.events.sealed import Letter
from shared.kernel.ids import FunderId, FundId
from tests.component.funding import Funding
from tests.component.funding_pages import Visitor, visitor_of

EMAIL = "ada@example.org"


async def a_fund_of(funding: Funding, funder: str, pence: int = 1_000_000) -> tuple[FunderId, FundId]:
    """A funder, and a fund of theirs with money in it."""
    name = f"Fund of {funder}"
    fund_id = await funding.perform(name, lambda tx: open_fund(tx, funder=funder, name=name, kind="unrestricted"))
    await funding.receives(fund_id, pence)
    return await funder_of(funding, fund_id), fund_id


async def funder_of(funding: Funding, fund_id: FundId) -> FunderId:
    """Whose fund this is."""
    async with funding.kernel.reading() as db:
        kept = await fund_kept(db, fund_id)
    assert kept is not None
    return kept.funder_id


async def a_contact(funding: Funding, funder_id: FunderId, email: str = EMAIL) -> UUID:
    """Somebody at a funder, noted by finance."""
    return await funding.perform(
        str(funder_id), lambda tx: add_contact(tx, funder_id, "Ada Example", email), actor=f"staff:{UUID(int=7)}"
    )


async def letters(funding: Funding, kind: str = "funder-sign-in") -> list[Letter]:
    """The letters of this kind so far."""
    wanted = [event for event in await funding.told(FunderLetterRequested) if event.kind == kind]
    return [funding.opened(event, "notifications", Letter) for event in wanted]


async def asks(visitor: Visitor, email: str = EMAIL) -> httpx.Response:
    """Ask for a link."""
    return await visitor.sends("/funder/sign-in", "/funder/sign-in", email=email)


def path_of(letter: Letter) -> str:
    """The path of a letter's link."""
    return str(letter.link).removeprefix("https://funding.example")


async def signs_in(funding: Funding, visitor: Visitor | None = None, email: str = EMAIL) -> Visitor:
    """Somebody at a funder, in the portal."""
    visitor = visitor or visitor_of(funding)
    await asks(visitor, email)
    path = path_of((await letters(funding))[-1])
    answer = await visitor.sends(path, path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/funder")
    return visitor
