"""What each table of notifications holds about whom, why it may, and for how long."""

from shared.privacy.register import Basis, Category, Condition, NotPersonal, PersonalField, Protection, Register
from shared.privacy.retention import Retention

_IDS = "ids, states, times and counts; they say nothing about a person without the record they point to"


def _of_card(column: str, what: str, *, protection: Protection, why_clear: str = "") -> PersonalField:
    return PersonalField(
        table="card",
        column=column,
        what=what,
        category=Category.CRIMINAL,
        purpose="showing staff which referrals wait for what",
        basis=Basis.LEGITIMATE_INTERESTS,
        condition=Condition.OFFENCE_COUNSELLING,
        retention=Retention.REFERRAL_WITH_THERAPY,
        protection=protection,
        seen_by="coordinators, triage and safeguarding staff",
        why_clear=why_clear,
    )


_CARD = (
    _of_card("profile", "client group, age band and whether online, without any name", protection=Protection.ENCRYPTED),
    _of_card(
        "area",
        "outward code",
        protection=Protection.CLEAR,
        why_clear="the board is narrowed by area; it stands beside a random id and never beside the client group",
    ),
    _of_card(
        "said",
        "status codes, dates, ids and pence that the other services told",
        protection=Protection.CLEAR,
        why_clear="coarse codes about a random id, as they travel in events; the board is derived from them",
    ),
    _of_card(
        "flags",
        "that a concern is open, a message waits, or money is short",
        protection=Protection.CLEAR,
        why_clear="an alarm must not wait for a key; it says only that there is something to look at",
    ),
    _of_card(
        "open_concerns",
        "how many safeguarding concerns are open",
        protection=Protection.CLEAR,
        why_clear="counted over all referrals for the banner that nothing filters away",
    ),
)

_HAPPENING = PersonalField(
    table="happening",
    column="details",
    what="the clear fields of events: ids, status codes, pence and dates",
    category=Category.CRIMINAL,
    purpose="telling staff in plain sentences what happened to a referral",
    basis=Basis.LEGITIMATE_INTERESTS,
    condition=Condition.OFFENCE_COUNSELLING,
    retention=Retention.REFERRAL_WITH_THERAPY,
    protection=Protection.CLEAR,
    seen_by="coordinators, triage and safeguarding staff; others see what matching and funding told",
    why_clear="what may travel in clear may be kept in clear: no name, no contact, no free text",
)

_LETTER = PersonalField(
    table="delivery",
    column="letter",
    what="where an offer's mail or a letter goes and the link in it, or the link of a question, until it is sent",
    category=Category.ORDINARY,
    purpose="writing to a therapist, a referee, a supervisor or somebody at a funder, and asking clients",
    basis=Basis.CONTRACT,
    retention=Retention.IN_TRANSIT,
    protection=Protection.ENCRYPTED,
    seen_by="nobody; the sender opens it, and it is wiped once it is sent or the offer is over",
)

_CAUGHT = PersonalField(
    table="caught_mail",
    column="content",
    what="demonstrations only: a mail to an invented person",
    category=Category.ORDINARY,
    purpose="showing what would have been sent",
    basis=Basis.LEGITIMATE_INTERESTS,
    retention=Retention.IN_TRANSIT,
    protection=Protection.ENCRYPTED,
    seen_by="staff of a demonstration; outside one the table is empty",
)

_ENDPOINT = PersonalField(
    table="endpoint",
    column="created_by",
    what="which member of staff, by id, added an endpoint",
    category=Category.ORDINARY,
    purpose="knowing who lets facts leave the house",
    basis=Basis.LEGITIMATE_INTERESTS,
    retention=Retention.STAFF_ACCOUNT,
    protection=Protection.CLEAR,
    seen_by="finance, administrators",
)

REGISTER = Register(
    service="notifications",
    personal=(*_CARD, _HAPPENING, _LETTER, _CAUGHT, _ENDPOINT),
    not_personal=(
        NotPersonal(
            "card",
            (
                "referral_id",
                "short_id",
                "board_column",
                "reason",
                "priority",
                "urgency",
                "since",
                "last_at",
                "deadline_kind",
                "deadline_at",
                "concern_due",
                "therapist_id",
                "shortfall",
                "face_changes_at",
            ),
            "ids, states, times and pence of a random id, derived from what was told",
        ),
        NotPersonal(
            "card", ("wrapped_key",), "the key of one referral's profile, wrapped; destroying it erases the profile"
        ),
        NotPersonal("happening", ("subject", "speaker", "sequence", "event_id", "kind", "at"), _IDS),
        NotPersonal("board_change", ("id", "number", "referral_id", "changed_at"), _IDS),
        NotPersonal(
            "delivery",
            (
                "delivery_id",
                "purpose",
                "event_id",
                "recipient",
                "referral_id",
                "state",
                "reason",
                "attempts",
                "round_began",
                "due_at",
                "lease",
                "leased_until",
                "message_id",
                "created_at",
                "changed_at",
            ),
            f"{_IDS}; the recipient is a role and an id, never an address",
        ),
        NotPersonal("delivery", ("wrapped_key",), "the key of one letter, wrapped; wiped with it"),
        NotPersonal(
            "delivery",
            ("payload",),
            "a webhook's body: a fund's id and pence or per cent, and nothing about any client",
        ),
        NotPersonal("delivery_attempt", ("delivery_id", "attempt", "began_at", "ended_at", "outcome"), _IDS),
        NotPersonal(
            "endpoint",
            ("endpoint_id", "funder_id", "url", "state", "reason", "created_at"),
            "an organisation's address",
        ),
        NotPersonal("endpoint", ("wrapped_key", "secret"), "a signing secret, encrypted, and its wrapped key"),
        NotPersonal("caught_mail", ("mail_id", "message_id", "times", "wrapped_key", "caught_at"), _IDS),
    ),
)
