"""What funding stores of sessions that are paid and of fees that therapists owe, and why it may."""

from shared.privacy.register import Basis, Category, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention

PERSONAL = (
    PersonalField(
        table="fee_decision",
        column="reason",
        what="why a therapist was let off a fee",
        category=Category.ORDINARY,
        purpose="showing why money was not asked for",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.ACCOUNTING,
        protection=Protection.ENCRYPTED,
        seen_by="finance",
    ),
    PersonalField(
        table="fee_decision",
        column="actor",
        what="which member of staff, by id, settled a fee or asked to waive it",
        category=Category.ORDINARY,
        purpose="four eyes above a limit",
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance",
    ),
    PersonalField(
        table="fee_policy",
        column="decided_by",
        what="which member of staff, by id, set the fees",
        category=Category.ORDINARY,
        purpose="knowing who decided what therapists owe",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance",
    ),
)
NOT_PERSONAL = (
    NotPersonal(
        "session_result",
        ("session_id", "match_id", "referral_id", "result", "held_on", "heard_at"),
        "which sessions are to be paid, under random ids",
    ),
    NotPersonal(
        "therapist_fee",
        (
            *("fee_id", "therapist_id", "kind", "year", "referral_id", "amount", "state", "raised_on"),
            *("overdue_from", "was_overdue", "reminded", "changed_at"),
        ),
        "sums and dates under random ids",
    ),
    NotPersonal("fee_decision", ("decision_id", "fee_id", "decided", "decided_at"), "dates under random ids"),
    NotPersonal(
        "fee_policy",
        (
            *("valid_from", "yearly_when", "yearly_fee", "referral_when", "referral_fee", "reminder_days"),
            *("overdue_days", "waived_by_one_to", "decided_at"),
        ),
        "a policy",
    ),
    NotPersonal("session_policy", ("valid_from", "missed_is_paid"), "a policy"),
)
