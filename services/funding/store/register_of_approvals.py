"""What funding stores of who has to agree to an award and of who did, and why it may."""

from shared.privacy.register import Basis, Category, Condition, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention


def _by(table: str, column: str, what: str) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=f"which member of staff, by id, {what}",
        category=Category.ORDINARY,
        purpose="four eyes: nobody approves what they prepared",
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance, coordinators",
    )


def _why(table: str, what: str) -> PersonalField:
    return PersonalField(
        table=table,
        column="reason",
        what=what,
        category=Category.ORDINARY,
        purpose="showing why money was given or not",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.REFERRAL_WITH_THERAPY,
        protection=Protection.ENCRYPTED,
        seen_by="finance, coordinators",
    )


PERSONAL = (
    _by("approval_policy", "decided_by", "set who approves what"),
    _by("proposal", "prepared_by", "put an award forward, asked for more, or chose a fund"),
    _by("approval", "actor", "approved or refused"),
    _by("preparation", "actor", "had a hand in what a client is to get"),
    _why("proposal", "why staff chose another fund than the rules"),
    _why("approval", "why somebody did not agree"),
    PersonalField(
        table="proposal",
        column="explanation",
        what="which funds were considered for a random id, and why each fitted or not",
        category=Category.CRIMINAL,
        purpose="showing that restricted money was spent as it was given",
        basis=Basis.LEGAL_OBLIGATION,
        condition=Condition.OFFENCE_COUNSELLING,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance, coordinators",
        why_clear="charity law wants the use of restricted money shown; it names a random id and coarse codes only",
    ),
    PersonalField(
        table="proposal",
        column="contribution",
        what="what a client adds to a session",
        category=Category.ORDINARY,
        purpose="working out the subsidy",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance, coordinators",
    ),
)
NOT_PERSONAL = (
    NotPersonal("approval_policy", ("valid_from", "up_to", "approvers", "roles", "decided_at"), "a policy"),
    NotPersonal(
        "proposal",
        (
            *("proposal_id", "award_id", "kind", "state", "sessions", "amount", "approvers", "roles", "fund_id"),
            *("asked_at", "changed_at"),
        ),
        "sums and dates under random ids",
    ),
    NotPersonal("approval", ("proposal_id", "level", "agreed", "decided_at"), "dates under random ids"),
    NotPersonal("preparation", ("referral_id", "what", "prepared_at"), "dates under random ids"),
    NotPersonal("award", ("look_again_on",), "a day under a random id"),
)
