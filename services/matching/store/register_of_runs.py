"""What match runs keep about people, and why they may."""

from shared.privacy.register import Basis, Category, Condition, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention

PERSONAL = (
    PersonalField(
        table="match_run",
        column="content",
        what="which clients and therapists were possible together, by their ids, with points",
        category=Category.CRIMINAL,
        purpose="showing that a run can be made again",
        basis=Basis.CONSENT,
        condition=Condition.OFFENCE_COUNSELLING,
        retention=Retention.REFERRAL_WITH_THERAPY,
        protection=Protection.ENCRYPTED,
        seen_by="coordinators",
    ),
)
NOT_PERSONAL = (
    NotPersonal(
        "match_run",
        (
            "run_id", "cause", "started_at", "elapsed_ms", "waiting", "placed", "placed_bound", "score", "score_bound",
            "optimal", "solver", "pairs", "weights",
        ),
        "numbers about everyone who waited together",
    ),
    NotPersonal("match_run_outcome", ("run_id", "referral_id", "match_id", "reason"), "ids and a code"),
)  # fmt: skip
