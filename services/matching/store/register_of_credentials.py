"""What matching stores of therapists' credentials, standings, supervision and training, and why it may."""

from shared.privacy.register import Basis, Category, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention


def _field(table: str, column: str, what: str, purpose: str, protection: Protection) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.ORDINARY,
        purpose=purpose,
        basis=Basis.CONTRACT,
        retention=Retention.THERAPIST,
        protection=protection,
        seen_by="nobody" if protection is Protection.KEYED_HASH else "registrars and coordinators",
    )


PERSONAL = (
    _field("credential", "details", "a document's number, and who saw it", "checking it again", Protection.ENCRYPTED),
    _field("standing_change", "details", "who moved a standing, and why", "answering for it", Protection.ENCRYPTED),
    _field("supervisor", "name", "a supervisor's name", "knowing who signs", Protection.ENCRYPTED),
    _field("supervisor", "email", "a supervisor's address", "asking for a signature", Protection.ENCRYPTED),
    _field("supervisor", "registration", "the number at their body", "telling them apart", Protection.ENCRYPTED),
    _field("supervisor", "registration_hash", "a hash of that", "finding them again", Protection.KEYED_HASH),
)
NOT_PERSONAL = (
    NotPersonal("unreached", ("letter_id", "subject_id", "kind", "since"), "ids, a code and a time"),
    NotPersonal(
        "credential_requirement",
        (
            "kind", "valid_from", "required", "minimum", "minimum_on_this_work", "lasts_months", "needs_expiry",
            "grace_days", "warn_days",
        ),
        "published policy",
    ),
    NotPersonal(
        "credential",
        (
            "credential_id", "therapist_id", "kind", "issued_on", "expires_on", "amount", "on_this_work", "level",
            "recorded_at", "withdrawn_at",
        ),
        "ids, codes, amounts and days; whose they are is encrypted elsewhere",
    ),
    NotPersonal(
        "credential_warning", ("therapist_id", "kind", "runs_out_on", "days", "told_at"), "an id, a code and days"
    ),
    NotPersonal(
        "standing_change",
        ("change_id", "therapist_id", "before", "after", "cause", "actor_kind", "changed_at"),
        "ids, codes and a time",
    ),
    NotPersonal("supervisor", ("supervisor_id", "added_at"), "an id and a time"),
    NotPersonal("supervised_by", ("therapist_id", "supervisor_id", "since"), "ids and a day"),
    NotPersonal(
        "supervision",
        (
            "supervision_id", "therapist_id", "supervisor_id", "held_on", "minutes", "state", "entered_at",
            "answered_at",
        ),
        "ids, days and a code; what was spoken about is written nowhere",
    ),
    NotPersonal("supervision_link", ("token_hash", "supervision_id", "made_at"), "a hash of chance, an id and a time"),
    NotPersonal("training", ("training_id", "title", "held_on", "days"), "a training of the charity"),
    NotPersonal("training_attended", ("training_id", "therapist_id", "days"), "ids and days"),
)  # fmt: skip
