"""Instalments, report dates and conditions of a grant: entered, moved, taken away and ticked by finance."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.funding.domain.days import day_in_words
from services.funding.domain.grants import Condition, Grant, Instalment, ReportDate, outside, too_much
from services.funding.handlers.fund_changes import note
from services.funding.handlers.grants import known_grant
from services.funding.handlers.milestones import look_soon
from services.funding.store import grant_dates
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import GrantId
from shared.kernel.money import Pence, pounds
from shared.messaging.transaction import Transaction


async def add_instalment(tx: Transaction, grant_id: GrantId, due_on: date, amount: Pence) -> None:
    """Expect a part of the grant on a day; all of them together must not be more than the grant."""
    grant = await known_grant(tx, grant_id)
    await _keep(tx, grant, Instalment(tx.new_id(), grant_id, due_on, amount))
    await note(tx, grant.fund_id, "Instalment entered", [_line(due_on, pounds(amount))], grant_id=grant_id)


async def move_instalment(tx: Transaction, grant_id: GrantId, instalment_id: UUID, due_on: date, amount: Pence) -> None:
    """Expect an instalment on another day, or another amount."""
    grant = await known_grant(tx, grant_id)
    before = await _awaited(tx, grant, instalment_id)
    await _keep(tx, grant, replace(before, due_on=due_on, amount=amount))
    line = (
        "Instalment",
        f"{day_in_words(before.due_on)}, {pounds(before.amount)}",
        f"{day_in_words(due_on)}, {pounds(amount)}",
    )
    await note(tx, grant.fund_id, "Instalment changed", [line], grant_id=grant_id)


async def remove_instalment(tx: Transaction, grant_id: GrantId, instalment_id: UUID) -> None:
    """Expect an instalment no longer; raises Conflict where money has come for it."""
    grant = await known_grant(tx, grant_id)
    before = await _awaited(tx, grant, instalment_id)
    await grant_dates.remove_instalment(tx.db, instalment_id)
    line = _line(before.due_on, pounds(before.amount))
    await note(tx, grant.fund_id, "Instalment taken away", [line], grant_id=grant_id)
    look_soon(tx, grant.fund_id)


async def add_report_date(tx: Transaction, grant_id: GrantId, due_on: date, days: tuple[date, date]) -> None:
    """Note that the funder wants a report by a day, about days of the grant: from the first until before the second."""
    grant = await known_grant(tx, grant_id)
    await _keep_report(tx, grant, ReportDate(tx.new_id(), grant_id, due_on, *days))
    await note(tx, grant.fund_id, "Report date entered", [_line(due_on, "")], grant_id=grant_id)


async def move_report_date(
    tx: Transaction, grant_id: GrantId, report_date_id: UUID, due_on: date, days: tuple[date, date]
) -> None:
    """The funder wants the report by another day, or about other days."""
    grant = await known_grant(tx, grant_id)
    before = await _report(tx, grant, report_date_id)
    first, until = days
    await _keep_report(tx, grant, replace(before, due_on=due_on, from_day=first, until_day=until))
    line = ("Report due", day_in_words(before.due_on), day_in_words(due_on))
    await note(tx, grant.fund_id, "Report date changed", [line], grant_id=grant_id)


async def remove_report_date(tx: Transaction, grant_id: GrantId, report_date_id: UUID) -> None:
    """The funder wants this report no longer."""
    grant = await known_grant(tx, grant_id)
    before = await _report(tx, grant, report_date_id)
    await grant_dates.remove_report(tx.db, report_date_id)
    await note(tx, grant.fund_id, "Report date taken away", [_line(before.due_on, "")], grant_id=grant_id)
    look_soon(tx, grant.fund_id)


async def tick_report(tx: Transaction, grant_id: GrantId, report_date_id: UUID, *, sent: bool) -> None:
    """Note that a report went out in another way than by publishing it here, or that it did not after all."""
    grant = await known_grant(tx, grant_id)
    before = await _report(tx, grant, report_date_id)
    if sent == (before.sent_at is not None):
        return
    after = replace(before, sent_at=tx.now if sent else None, sent_by=tx.actor if sent else None)
    await grant_dates.save_report(tx.db, after)
    what = "Report noted as sent" if sent else "Report noted as not sent after all"
    await note(tx, grant.fund_id, what, [_line(before.due_on, "")], grant_id=grant_id)
    look_soon(tx, grant.fund_id)


async def add_condition(tx: Transaction, grant_id: GrantId, words: str) -> None:
    """Note what the funder asks for."""
    grant = await known_grant(tx, grant_id)
    if not words.strip():
        raise Unprocessable("words", "Enter the condition.")
    await grant_dates.add_condition(tx.db, tx.keys, grant, Condition(tx.new_id(), words.strip()))
    await note(tx, grant.fund_id, "Condition entered", [("Condition", "", words.strip())], grant_id=grant_id)


async def tick_condition(tx: Transaction, grant_id: GrantId, condition_id: UUID, *, met: bool) -> None:
    """Note that a condition is met, or that it is not after all; the log keeps both."""
    grant = await known_grant(tx, grant_id)
    known = await grant_dates.conditions_of(tx.db, tx.keys, grant)
    before = next((one for one in known if one.condition_id == condition_id), None)
    if before is None:
        raise NotFound("condition-unknown", "There is no such condition.")
    if met == (before.met_at is not None):
        return
    await grant_dates.tick_condition(tx.db, condition_id, tx.now if met else None, tx.actor if met else None)
    what = "Condition met" if met else "Condition not met after all"
    await note(tx, grant.fund_id, what, [("Condition", before.words, before.words)], grant_id=grant_id)


async def _keep(tx: Transaction, grant: Grant, instalment: Instalment) -> None:
    if instalment.amount <= 0:
        raise Unprocessable("amount", "The amount must be more than nothing.")
    others = await grant_dates.instalments_of(tx.db, grant.grant_id)
    together = [one for one in others if one.instalment_id != instalment.instalment_id] + [instalment]
    refused = too_much(grant, together)
    if refused is not None:
        raise Unprocessable("amount", refused)
    await grant_dates.save_instalment(tx.db, grant, instalment)
    look_soon(tx, grant.fund_id)


async def _keep_report(tx: Transaction, grant: Grant, report: ReportDate) -> None:
    refused = outside(grant, report)
    if refused is not None:
        raise Unprocessable("due_on" if "due" in refused else "last_day", refused)
    others = await grant_dates.reports_of(tx.db, grant.grant_id)
    periods = {(one.from_day, one.until_day) for one in others if one.report_date_id != report.report_date_id}
    if (report.from_day, report.until_day) in periods:
        raise Conflict("period-noted", "There is a report date for just these days already.")
    await grant_dates.save_report(tx.db, report)
    look_soon(tx, grant.fund_id)


async def _awaited(tx: Transaction, grant: Grant, instalment_id: UUID) -> Instalment:
    known = await grant_dates.instalments_of(tx.db, grant.grant_id)
    found = next((one for one in known if one.instalment_id == instalment_id), None)
    if found is None:
        raise NotFound("instalment-unknown", "There is no such instalment.")
    if found.received > 0:
        raise Conflict("instalment-received", "Money has come for this instalment. It stays as it was agreed.")
    return found


async def _report(tx: Transaction, grant: Grant, report_date_id: UUID) -> ReportDate:
    known = await grant_dates.reports_of(tx.db, grant.grant_id)
    found = next((one for one in known if one.report_date_id == report_date_id), None)
    if found is None:
        raise NotFound("report-date-unknown", "There is no such report date.")
    return found


def _line(day: date, words: str) -> tuple[str, str, str]:
    said = f"{day_in_words(day)}, {words}" if words else day_in_words(day)
    return ("Due", said, said)
