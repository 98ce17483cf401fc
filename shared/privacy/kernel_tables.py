"""The register of the tables that every service's database has: messages on their way, timers, sign-in."""

from shared.privacy.register import (
    Basis,
    Category,
    Condition,
    NotPersonal,
    PersonalField,
    Protection,
    Register,
)
from shared.privacy.retention import Retention

_ID = "ids and times of messages; an id says nothing without the record it points to"

PERSONAL = (
    PersonalField(
        table="outbox",
        column="body",
        what="an event: ids and coarse codes in clear, everything else about the person sealed",
        category=Category.CRIMINAL,
        purpose="telling the other services what happened",
        basis=Basis.LEGITIMATE_INTERESTS,
        condition=Condition.OFFENCE_COUNSELLING,
        retention=Retention.IN_TRANSIT,
        protection=Protection.SEALED,
        seen_by="nobody; the receiving service opens its own block",
    ),
    PersonalField(
        table="parked_event",
        column="body",
        what="an event that could not be handled yet, as it arrived",
        category=Category.CRIMINAL,
        purpose="handling it later without loss",
        basis=Basis.LEGITIMATE_INTERESTS,
        condition=Condition.OFFENCE_COUNSELLING,
        retention=Retention.PARKED,
        protection=Protection.SEALED,
        seen_by="administrators see type, ids and reason; nobody sees the blocks",
    ),
    PersonalField(
        table="dead_letter_judgement",
        column="reason",
        what="why a member of staff dropped a dead letter, in their words; the form asks for no names",
        category=Category.ORDINARY,
        purpose="being able to answer for every event that was not handled",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.ACCESS_LOG,
        protection=Protection.CLEAR,
        seen_by="administrators",
    ),
    PersonalField(
        table="staff_session",
        column="session_hash",
        what="SHA-256 of the sign-in cookie",
        category=Category.ORDINARY,
        purpose="keeping somebody signed in",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.SESSION,
        protection=Protection.ONE_WAY_HASH,
        seen_by="nobody",
    ),
    PersonalField(
        table="staff_session",
        column="display_name",
        what="name of a signed-in member of staff",
        category=Category.ORDINARY,
        purpose="showing who is signed in and who acted",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.SESSION,
        protection=Protection.CLEAR,
        seen_by="staff",
    ),
    PersonalField(
        table="therapist_session",
        column="session_hash",
        what="SHA-256 of a therapist's sign-in cookie",
        category=Category.ORDINARY,
        purpose="keeping somebody signed in",
        basis=Basis.CONTRACT,
        retention=Retention.SESSION,
        protection=Protection.ONE_WAY_HASH,
        seen_by="nobody",
    ),
    PersonalField(
        table="therapist_session",
        column="display_name",
        what="name of a signed-in therapist",
        category=Category.ORDINARY,
        purpose="showing who is signed in",
        basis=Basis.CONTRACT,
        retention=Retention.SESSION,
        protection=Protection.ENCRYPTED,
        seen_by="the therapist",
    ),
    PersonalField(
        table="account",
        column="sign_in_name",
        what="the name or address somebody signs in with",
        category=Category.ORDINARY,
        purpose="signing in",
        basis=Basis.CONTRACT,
        retention=Retention.STAFF_ACCOUNT,
        protection=Protection.CLEAR,
        seen_by="administrators, and the person",
    ),
    PersonalField(
        table="account",
        column="display_name",
        what="name of the account's holder",
        category=Category.ORDINARY,
        purpose="showing who is signed in and who acted",
        basis=Basis.CONTRACT,
        retention=Retention.STAFF_ACCOUNT,
        protection=Protection.CLEAR,
        seen_by="staff",
    ),
    PersonalField(
        table="account",
        column="password_hash",
        what="argon2id hash of the password",
        category=Category.ORDINARY,
        purpose="signing in",
        basis=Basis.CONTRACT,
        retention=Retention.STAFF_ACCOUNT,
        protection=Protection.ONE_WAY_HASH,
        seen_by="nobody",
    ),
)

NOT_PERSONAL = (
    NotPersonal("inbox", ("event_id", "received_at"), _ID),
    NotPersonal("stream", ("key", "sequence"), _ID),
    NotPersonal("outbox", ("position", "shard", "event_id", "type", "key", "sequence", "trace", "created_at"), _ID),
    NotPersonal(
        "parked_event",
        ("position", "event_id", "key", "type", "state", "attempts", "due_at", "parked_at", "reason", "headers"),
        _ID,
    ),
    NotPersonal(
        "dead_letter_judgement",
        ("id", "judged_at", "actor", "verdict", "event_id", "key", "type", "cause"),
        "ids, codes and times of what was decided about a dead letter",
    ),
    NotPersonal("suspect_event", ("event_id", "process", "deaths"), "ids of messages that processes died of"),
    NotPersonal("parked_event", ("stack",), "places in the program without values or messages"),
    NotPersonal(
        "timer", ("kind", "key", "lock_key", "due_at", "attempts", "payload"), "ids, codes and times of reminders"
    ),
    NotPersonal(
        "therapist_session", ("therapist_id", "opened_at", "expires_at"), "id and times of a therapist's sign-in"
    ),
    NotPersonal("therapist_session", ("wrapped_key",), "the key of one session, wrapped; gone with it"),
    NotPersonal("staff_session", ("staff_id", "roles", "opened_at", "expires_at"), "id, roles and times of a sign-in"),
    NotPersonal(
        "account", ("account_id", "kind", "roles", "disabled", "created_at"), "id, roles and state of an account"
    ),
)


def with_kernel_tables(register: Register) -> Register:
    """Everything in one service's database: what its own migrations create, and what the kernel brings."""
    return Register(register.service, (*PERSONAL, *register.personal), (*NOT_PERSONAL, *register.not_personal))
