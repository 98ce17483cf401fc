"""What matching stores about people who apply to the register, and about those who vouch for them."""

from shared.privacy.register import Basis, Category, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention

_KEPT_AFTER_APPROVAL = "once approved, it is kept as long as the therapist's own entry"


def _field(
    table: str, column: str, what: str, purpose: str, protection: Protection = Protection.ENCRYPTED
) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.ORDINARY,
        purpose=purpose,
        basis=Basis.CONTRACT,
        retention=Retention.APPLICATION,
        protection=protection,
        seen_by="registrars" if protection is Protection.ENCRYPTED else "nobody",
    )


PERSONAL = (
    _field("application_draft", "answers", "an application in the making, for hours", "coming back to a long form"),
    _field(
        "application", "answers", "what an applicant says; " + _KEPT_AFTER_APPROVAL, "deciding about an application"
    ),
    _field(
        "application",
        "registration_hash",
        "a hash of the number at their body",
        "taking nobody in twice",
        Protection.KEYED_HASH,
    ),
    _field("application", "reason", "why an application was decided so", "telling the applicant"),
    _field("application_document", "content", "a document; " + _KEPT_AFTER_APPROVAL, "proof of what an applicant says"),
    _field("application_step", "done_by_name", "which registrar checked something", "knowing who answers for it"),
    _field("application_step", "note", "what a registrar noted, as of an interview", "deciding about an application"),
    _field("reference_request", "name", "who vouches for an applicant", "asking them"),
    _field("reference_request", "email", "a referee's e-mail address", "asking them"),
    _field("reference_request", "statement", "what a referee says of an applicant", "deciding about an application"),
    _field(
        "application_draft", "visit_hash", "a hash of a visitor's cookie", "finding a draft", Protection.ONE_WAY_HASH
    ),
)
NOT_PERSONAL = (
    NotPersonal("application_draft", ("application_id", "wrapped", "sent", "expires_at"), "an id, a key, times"),
    NotPersonal(
        "application",
        (
            "application_id", "state", "submitted_at", "progress_at", "quiet", "asked_for", "decided_at",
            "therapist_id",
        ),
        "ids, codes and times",
    ),
    NotPersonal("application_link", ("token_hash", "application_id", "made_at"), "a hash of chance, an id and a time"),
    NotPersonal(
        "application_document",
        ("document_id", "application_id", "kind", "media_type", "size", "received_at", "seen_at"),
        "ids, codes, a size and times",
    ),
    NotPersonal("application_step", ("application_id", "step", "done_at", "done_by"), "ids, a code and a time"),
    NotPersonal(
        "reference_request",
        ("reference_id", "application_id", "role", "state", "asked_at", "expires_at", "answered_at"),
        "ids, codes and times",
    ),
    NotPersonal("reference_link", ("token_hash", "reference_id", "made_at"), "a hash of chance, an id and a time"),
)  # fmt: skip
