"""What funding stores of therapists' invoices, of paying them, and of what clients add, and why it may."""

from shared.privacy.register import Basis, Category, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention


def _who(table: str, column: str, what: str) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.ORDINARY,
        purpose="four eyes over money, and showing who decided",
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance",
    )


def _sealed(table: str, column: str, what: str, purpose: str, seen_by: str) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.ORDINARY,
        purpose=purpose,
        basis=Basis.CONTRACT,
        retention=Retention.ACCOUNTING,
        protection=Protection.ENCRYPTED,
        seen_by=seen_by,
    )


PERSONAL = (
    _sealed(
        "invoice", "own_reference", "what a therapist calls an invoice in their own books", "finding it again",
        "the therapist, finance",
    ),
    _sealed(
        "invoice_decision", "reason", "questions about an invoice, answers, and why it was cancelled or returned",
        "paying what is owed and no more", "the therapist, finance",
    ),
    _sealed(
        "bank_account", "details", "the account a therapist is paid to: name, sort code, number",
        "paying therapists", "the therapist, finance",
    ),
    _sealed("payment", "reason", "why the bank returned a payment", "paying it again rightly", "finance"),
    _who("invoice", "made_by", "who made an invoice: the therapist, or which member of staff, by id"),
    _who("invoice_decision", "actor", "who sent, questioned or approved an invoice, by id"),
    _who("invoice_policy", "decided_by", "which member of staff, by id, set how invoices are approved"),
    _who("contribution_note", "actor", "who noted whether a client's part was paid, by id"),
    _who("bank_account", "entered_by", "who entered bank details, by id"),
    _who("bank_account", "decided_by", "who confirmed or refused bank details, by id"),
    _who("payment_run", "made_by", "which member of staff, by id, made a run of payments"),
    _who("payment_run", "released_by", "which member of staff, by id, released it"),
    _who("bank_answer", "taken_by", "which member of staff, by id, took in a file of the bank"),
)  # fmt: skip
NOT_PERSONAL = (
    NotPersonal("invoice_policy", ("valid_from", "approved_by_one_to", "unpaid_until_asked", "decided_at"), "a policy"),
    NotPersonal(
        "invoice",
        ("invoice_id", "number", "therapist_id", "state", "live", "made_at", "changed_at"),
        "the course of a random id",
    ),
    NotPersonal(
        "invoice_line",
        (
            *("line_id", "invoice_id", "live", "kind", "session_id", "match_id", "held_on", "fee", "contribution"),
            *("amount", "credits", "taken_off", "credited"),
        ),
        "sums and days under random ids",
    ),
    NotPersonal("invoice_decision", ("decision_id", "invoice_id", "decided", "decided_at"), "dates under random ids"),
    NotPersonal(
        "contribution_note", ("note_id", "session_id", "noted", "noted_at"), "what was paid, under a random id"
    ),
    NotPersonal(
        "bank_account", ("account_id", "therapist_id", "state", "entered_at", "decided_at"), "dates under random ids"
    ),
    NotPersonal(
        "payment_run", ("run_id", "number", "state", "pays_on", "made_at", "released_at"), "dates under random ids"
    ),
    NotPersonal(
        "payment",
        (*("payment_id", "run_id", "invoice_id", "account_id", "amount", "reference", "state", "settled_on"),),
        "sums and dates under random ids",
    ),
    NotPersonal("bank_answer", ("file_hash", "lines", "taken_at"), "a file that was read"),
)
