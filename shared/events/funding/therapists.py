"""What funding tells about what therapists owe and are owed."""

from typing import ClassVar
from uuid import UUID

from shared.events.codes import InvoiceDecision
from shared.events.event import Event
from shared.kernel.ids import InvoiceId, TherapistId


class TherapistFeeDue(Event):
    """A therapist owes the charity a fee and is written to; `reminder` counts from 0 for the first letter."""

    type: ClassVar = "funding.therapist-fee-due.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    fee_id: UUID
    reminder: int


class TherapistFeeOverdue(Event):
    """A therapist owes the charity a fee past its last reminder; no new offers go out until it is settled."""

    type: ClassVar = "funding.therapist-fee-overdue.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId


class TherapistFeeSettled(Event):
    """A therapist owes nothing that is overdue any more: paid or waived."""

    type: ClassVar = "funding.therapist-fee-settled.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId


class InvoiceDecided(Event):
    """A therapist's invoice was approved, questioned, paid, or sent back by the bank; the therapist is written to."""

    type: ClassVar = "funding.invoice-decided.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    invoice_id: InvoiceId
    decision: InvoiceDecision


class TherapistBankDetailsEntered(Event):
    """Somebody entered where a therapist is to be paid; the therapist is written to, as it may not have been they."""

    type: ClassVar = "funding.therapist-bank-details-entered.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
