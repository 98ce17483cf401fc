"""What funding stores of means tests, and why it may."""

from shared.privacy.register import Basis, Category, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention

PERSONAL = (
    PersonalField(
        table="means_test",
        column="answers",
        what="income, outgoings and savings of a household in sums, and whether there are a partner and children",
        category=Category.ORDINARY,
        purpose="working out what somebody adds to a session",
        basis=Basis.CONSENT,
        retention=Retention.REFERRAL_WITHOUT_THERAPY,
        protection=Protection.ENCRYPTED,
        seen_by="the client; finance and coordinators until the referral is closed",
    ),
    PersonalField(
        table="means_test",
        column="reason",
        what="why staff decided otherwise than the thresholds say",
        category=Category.ORDINARY,
        purpose="showing that a decision was a fair one",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.REFERRAL_WITHOUT_THERAPY,
        protection=Protection.ENCRYPTED,
        seen_by="finance, coordinators",
    ),
    *(
        PersonalField(
            table="means_test",
            column=column,
            what=what,
            category=Category.ORDINARY,
            purpose="working out the subsidy, and showing how it came about",
            basis=Basis.LEGITIMATE_INTERESTS,
            retention=Retention.ACCOUNTING,
            protection=Protection.CLEAR,
            seen_by="finance, coordinators",
        )
        for column, what in (
            ("verdict", "whether a random id adds something or pays the full fee"),
            ("band", "into which band of the thresholds a random id falls"),
            ("per_session", "what a random id adds to a session by the thresholds"),
            ("decided_per_session", "what staff decided that a random id adds instead"),
            ("too_hard", "that somebody under a random id finds it too hard"),
            ("evidence", "which kind of paper was shown"),
            ("answered_by", "whether the person themselves or which member of staff, by id, filled it in"),
            ("evidence_by", "which member of staff, by id, saw a paper"),
            ("decided_by", "which member of staff, by id, decided otherwise"),
        )
    ),
)
NOT_PERSONAL = (
    NotPersonal(
        "means_test",
        (
            *("means_test_id", "referral_id", "state", "asked_at", "written", "reminded", "completed_at"),
            *("valid_until", "policy_from", "changed_at"),
        ),
        "who is asked when, under random ids",
    ),
    NotPersonal("means_link", ("token_hash", "means_test_id", "made_at"), "the hashes of links"),
    NotPersonal("means_policy", ("valid_from", "content", "loaded_at"), "thresholds"),
)
