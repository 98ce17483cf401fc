"""What each table of intake holds about whom, why it may, and for how long."""

from shared.privacy.register import Basis, Category, Condition, NotPersonal, PersonalField, Protection, Register
from shared.privacy.retention import Retention

_FIND_HELP = "finding help for the client"
_STAFF = "triage, coordinator"


def _of_the_client(
    table: str, column: str, what: str, *, purpose: str = _FIND_HELP, seen_by: str = _STAFF
) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.CRIMINAL,
        purpose=purpose,
        basis=Basis.CONSENT,
        condition=Condition.OFFENCE_COUNSELLING,
        retention=Retention.REFERRAL_WITH_THERAPY,
        protection=Protection.ENCRYPTED,
        seen_by=seen_by,
    )


def _of_a_concern(column: str, what: str) -> PersonalField:
    return PersonalField(
        table="concern",
        column=column,
        what=what,
        category=Category.CRIMINAL,
        purpose="keeping people safe, and showing that it was done",
        basis=Basis.VITAL_INTERESTS,
        condition=Condition.OFFENCE_SAFEGUARDING,
        retention=Retention.SAFEGUARDING,
        protection=Protection.ENCRYPTED,
        seen_by="safeguarding",
    )


def _of_staff(table: str, column: str, what: str, retention: Retention) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.ORDINARY,
        purpose="showing who did what",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=retention,
        protection=Protection.CLEAR,
        seen_by="staff",
    )


_CONCERN_STAFF = ("raised_by", "acknowledged_by", "decided_by", "proposed_by", "closed_by")

REGISTER = Register(
    service="intake",
    personal=(
        _of_the_client("vault", "need", "kind of help, age band, legal stage, area, wishes, means"),
        _of_the_client(
            "vault", "contact", "name to use, address of one channel, safe hours", seen_by=f"{_STAFF}; logged"
        ),
        _of_the_client("vault", "words", "what the client wrote in their own words"),
        _of_the_client("vault", "referrer", "the professional who asked, and the consent they state"),
        _of_the_client("vault", "reasons", "which rules asked for a person to look"),
        _of_the_client("decision", "reason", "why staff decided differently from the rules"),
        _of_the_client("message", "body", "one message of the thread", seen_by=f"{_STAFF}, the client"),
        _of_the_client("draft", "answers", "answers of a form not yet sent", seen_by="the client"),
        _of_the_client("access_log", "reason", "why somebody looked", purpose="showing who looked at whom"),
        _of_a_concern("told_body", "whom the concern was passed on to"),
        _of_a_concern("words", "what a therapist wrote who raised the concern"),
        _of_a_concern("note", "why it was passed on, or not"),
        PersonalField(
            table="referral",
            column="receipt_hash",
            what="the code by which a client comes back",
            category=Category.ORDINARY,
            purpose="letting a client come back without an account",
            basis=Basis.CONSENT,
            retention=Retention.REFERRAL_WITHOUT_THERAPY,
            protection=Protection.KEYED_HASH,
            seen_by="nobody",
        ),
        _of_staff("referral", "received_by", "who entered the referral", Retention.REFERRAL_WITH_THERAPY),
        _of_staff("decision", "decided_by", "who decided", Retention.REFERRAL_WITH_THERAPY),
        _of_staff("message", "written_by", "who answered", Retention.REFERRAL_WITH_THERAPY),
        _of_staff("access_log", "looked_by", "who looked", Retention.ACCESS_LOG),
        _of_staff("api_key", "created_by", "who made the key", Retention.STAFF_ACCOUNT),
        *(
            _of_staff("concern", column, "who acted on the concern", Retention.SAFEGUARDING)
            for column in _CONCERN_STAFF
        ),
    ),
    not_personal=(
        NotPersonal(
            "referral",
            (
                "referral_id",
                "state",
                "wait_reason",
                "state_since",
                "look_by",
                "version",
                "channel",
                "source",
                "priority",
                "received_at",
                "api_key_id",
                "unreachable",
                "offered_match",
                "ended_by",
                "close_reason",
            ),
            "a random id with its progress; without the vault it leads to nobody",
        ),
        NotPersonal("subject_key", ("referral_id", "wrapped"), "the key whose destruction erases the client"),
        NotPersonal("vault", ("referral_id",), "a random id"),
        NotPersonal(
            "consent",
            ("referral_id", "purpose", "version", "given_at", "withdrawn_at"),
            "which words were agreed to under a random id",
        ),
        NotPersonal(
            "decision",
            ("decision_id", "referral_id", "outcome", "priority", "proposed", "decided_at"),
            "the course of a random id",
        ),
        NotPersonal("message", ("message_id", "referral_id", "written_at", "by_client"), "that there is a message"),
        NotPersonal(
            "concern",
            (
                "concern_id",
                "referral_id",
                "state",
                "level",
                "raised_at",
                "act_by",
                "acknowledged_at",
                "disclosure",
                "told_at",
                "decided_at",
                "proposed_at",
                "closed_at",
                "source",
                "report_id",
            ),
            "the course of a concern under a random id",
        ),
        NotPersonal("access_log", ("access_id", "referral_id", "looked_at", "what"), "that somebody looked"),
        NotPersonal(
            "draft",
            ("visit_hash", "referral_id", "wrapped", "submitted", "expires_at"),
            "the hash of a random cookie, for half an hour",
        ),
        NotPersonal(
            "return_visit",
            ("visit_hash", "referral_id", "expires_at"),
            "the hash of a random cookie, for twenty minutes",
        ),
        NotPersonal(
            "api_key",
            ("api_key_id", "organisation", "key_hash", "created_at", "revoked_at"),
            "an organisation, not a person",
        ),
        NotPersonal(
            "idempotent_request",
            ("api_key_id", "request_key", "body_hash", "referral_id", "received_at"),
            "keyed hashes of a request",
        ),
        NotPersonal(
            "imported_row",
            ("source", "row_hash", "body_hash", "referral_id", "imported_at"),
            "keyed hashes of a row",
        ),
    ),
)
