"""How the states of invoices, payments and what clients add read on a page."""

from typing import Literal

from services.funding.domain.bank_answers import PaymentState
from services.funding.domain.bank_details import AccountState
from services.funding.domain.invoices import Decision, InvoiceState
from services.funding.domain.payments_by_clients import Noted
from services.funding.store.payment_runs import RunState

Show = Literal["submitted", "questioned", "approved", "in-run", "bank-returned", "draft", "paid", "cancelled"]
SHOWS: dict[Show, str] = {
    "submitted": "To approve",
    "questioned": "In question",
    "approved": "To be paid",
    "in-run": "In a run",
    "bank-returned": "Came back",
    "draft": "Drafts",
    "paid": "Paid",
    "cancelled": "Cancelled",
}
STATES: dict[InvoiceState, tuple[str, str]] = {
    "draft": ("Draft", ""),
    "submitted": ("To approve", "accent"),
    "questioned": ("In question", "warning"),
    "approved": ("Approved", "good"),
    "in-run": ("In a run", "accent"),
    "paid": ("Paid", "good"),
    "bank-returned": ("Came back from the bank", "danger"),
    "cancelled": ("Cancelled", ""),
}
OWN_STATES: dict[InvoiceState, tuple[str, str]] = {
    "draft": ("Please look at it and send it", "accent"),
    "submitted": ("We are looking at it", ""),
    "questioned": ("We have a question", "warning"),
    "approved": ("Approved, to be paid", "good"),
    "in-run": ("On its way to your bank", "good"),
    "paid": ("Paid", "good"),
    "bank-returned": ("Your bank sent it back", "danger"),
    "cancelled": ("Cancelled", ""),
}
DECISIONS: dict[Decision, str] = {
    "made": "Made",
    "submitted": "Sent",
    "first-approval": "Approved by a first person",
    "approved": "Approved",
    "questioned": "Questioned",
    "corrected": "A session on it was corrected",
    "cancelled": "Cancelled",
    "in-run": "Put into a payment run",
    "taken-out": "Taken out of the run",
    "paid": "Paid",
    "bank-returned": "Returned by the bank",
    "payable-again": "To be paid again",
}
PAYMENTS: dict[PaymentState, tuple[str, str]] = {
    "waiting": ("No answer yet", ""),
    "paid": ("Paid", "good"),
    "returned": ("Came back", "danger"),
    "taken-out": ("Taken out", ""),
}
RUNS: dict[RunState, tuple[str, str]] = {
    "made": ("To be released", "warning"),
    "released": ("Released", "good"),
    "cancelled": ("Cancelled", ""),
}
ACCOUNTS: dict[AccountState, tuple[str, str]] = {
    "waiting": ("For a second person", "warning"),
    "confirmed": ("In use", "good"),
    "refused": ("Refused", "danger"),
    "replaced": ("Replaced", ""),
}
NOTED: dict[Noted, tuple[str, str]] = {
    "paid": ("Paid", "good"),
    "not-paid": ("Not paid", "warning"),
    "waived": ("Waived", ""),
}


def by_whom(actor: str) -> str:
    """Who decided, as staff read it: by the end of an id."""
    kind, _, identity = actor.partition(":")
    names = {"staff": "Staff", "therapist": "The therapist", "system": "The system"}
    return f"Staff {identity[-6:].upper()}" if kind == "staff" else names.get(kind, kind)


def by_whom_outside(actor: str) -> str:
    """Who decided, as therapists read it: nobody of staff by name or id."""
    return "You" if actor.startswith("therapist:") else "StopSO"
