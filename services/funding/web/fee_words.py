"""How codes of fees read on a page and on paper."""

from services.funding.domain.fees import Decision, FeeKind, FeeState
from services.funding.domain.receipts import Step

STATES: dict[FeeState, tuple[str, str]] = {
    "due": ("Due", ""),
    "overdue": ("Overdue", "danger"),
    "waiver-asked": ("For a second person", "warning"),
    "paid": ("Paid", "good"),
    "waived": ("Waived", ""),
}
KINDS: dict[FeeKind, str] = {"yearly": "Yearly fee", "referral": "Fee for a referral"}
DECISIONS: dict[Decision, str] = {
    "paid": "Noted as paid",
    "payment-undone": "Payment taken back",
    "waived": "Waived",
    "waiver-asked": "Asked to waive it",
    "waiver-refused": "Refused to waive it",
}
STEPS: dict[Step, str] = {
    "raised": "Asked for",
    "paid": "Paid",
    "payment-undone": "Payment taken back",
    "waived": "Waived",
}
