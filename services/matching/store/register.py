"""What matching stores about people, and why it may."""

from services.matching.store import register_of_applications as applications
from services.matching.store import register_of_choices as choices
from services.matching.store import register_of_credentials
from services.matching.store import register_of_runs as runs
from shared.privacy.register import Basis, Category, Condition, NotPersonal, PersonalField, Protection, Register
from shared.privacy.retention import Retention

_IN_THE_REGISTER = "registrars and coordinators"
_ABOUT_THE_WORK = (
    "what a therapist offers and under which conditions; without the name it says who could be found, not who it is"
)


def _therapist(
    column: str, what: str, purpose: str, protection: Protection, seen_by: str = _IN_THE_REGISTER
) -> PersonalField:
    return PersonalField(
        table="therapist",
        column=column,
        what=what,
        category=Category.ORDINARY,
        purpose=purpose,
        basis=Basis.CONTRACT,
        retention=Retention.THERAPIST,
        protection=protection,
        seen_by=seen_by,
    )


def _client(table: str, column: str, what: str, purpose: str) -> PersonalField:
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
        seen_by="coordinators",
    )


REGISTER = Register(
    service="matching",
    personal=(
        _therapist("name", "a therapist's name", "knowing who is in the register", Protection.ENCRYPTED),
        _therapist("email", "a therapist's e-mail address", "sending offers", Protection.ENCRYPTED, "registrars"),
        _therapist("registration", "the number at their body", "telling therapists apart", Protection.ENCRYPTED),
        _therapist("registration_hash", "a hash of that", "finding a therapist again", Protection.KEYED_HASH, "nobody"),
        _therapist("verified_by", "who checked the entry", "being sure of the register", Protection.ENCRYPTED),
        _therapist("gender", "woman or man", "clients may ask for one", Protection.CLEAR),
        _therapist("outward_code", "the first half of the practice's postcode", "distance", Protection.CLEAR),
        _therapist("latitude", "the middle of that area", "distance", Protection.CLEAR),
        _therapist("longitude", "the middle of that area", "distance", Protection.CLEAR),
        _therapist("reach", "a box around the travel radius, made from these", "finding by an index", Protection.CLEAR),
        _client("need", "profile", "what a client needs, with client group and area", "finding a therapist"),
        _client("offer_note", "words", "why staff acted for a therapist", "knowing who decided what"),
        PersonalField(
            table="sign_in_address",
            column="email_hash",
            what="a hash of a therapist's e-mail address",
            category=Category.ORDINARY,
            purpose="sending a link to sign in",
            basis=Basis.CONTRACT,
            retention=Retention.THERAPIST,
            protection=Protection.KEYED_HASH,
            seen_by="nobody",
        ),
        PersonalField(
            table="session_correction",
            column="corrected_by",
            what="which member of staff, by id, put a session right",
            category=Category.ORDINARY,
            purpose="being able to answer for it",
            basis=Basis.LEGITIMATE_INTERESTS,
            retention=Retention.STAFF_ACCOUNT,
            protection=Protection.CLEAR,
            seen_by="coordinators",
        ),
        _client("episode", "more_reason", "why more sessions are needed", "deciding about them"),
        _client("episode", "report", "how a therapy went and ended", "knowing how it ended"),
        _client("session_correction", "reason", "why a session was put right", "being able to answer for it"),
        _client("explanation", "content", "that need, and every candidate under every rule", "explaining a decision"),
        *applications.PERSONAL,
        *choices.PERSONAL,
        *register_of_credentials.PERSONAL,
        *runs.PERSONAL,
    ),
    not_personal=(
        *applications.NOT_PERSONAL,
        *choices.NOT_PERSONAL,
        *runs.NOT_PERSONAL,
        NotPersonal("subject_key", ("subject", "wrapped"), "keys, wrapped under the service's own"),
        NotPersonal(
            "money_outlook", ("outlook_id", "version", "lines", "heard_at"), "levels of money by kind of case"
        ),
        NotPersonal("outcode", ("outcode", "latitude", "longitude"), "published geography"),
        NotPersonal(
            "therapist",
            (
                "therapist_id", "standing", "client_groups", "age_bands", "legal_stages", "child_clearance",
                "radius_km", "online", "languages", "step_free_access", "session_fee", "capacity_maximum",
                "capacity_available", "places_held", "capacity_as_of", "file_maximum", "file_available", "joined_at",
                "modalities", "concession_fee", "fees_overdue", "paused_until", "verified_on", "file_fee",
                "support_group_since",
            ),
            _ABOUT_THE_WORK,
        ),
        NotPersonal(
            "therapist_fee", ("therapist_id", "valid_from", "session_fee", "concession_fee"), "an id, a day and pence"
        ),
        NotPersonal(
            "need",
            ("referral_id", "state", "priority", "received_at", "sharing_agreed", "episode"),
            "an id, codes, a number and a time",
        ),
        NotPersonal("waiting", ("referral_id", "reason", "since", "next_look_at"), "an id, a code and times"),
        NotPersonal(
            "hold",
            ("hold_id", "referral_id", "reason", "since", "look_at", "lifted_at"),
            "ids, a coarse code and times; what a concern is about is with intake alone",
        ),
        NotPersonal(
            "offer_note",
            ("note_id", "offer_id", "kind", "noted_at", "noted_by"),
            "ids, a code and a time; the words are encrypted",
        ),
        NotPersonal("milestone", ("referral_id", "episode", "kind", "reached_at"), "an id, a code and a time"),
        NotPersonal("attention", ("match_id", "kind", "since", "settled_at"), "an id, a code and times"),
        NotPersonal(
            "match",
            (
                "match_id", "referral_id", "therapist_id", "state", "setting", "session_fee", "sessions_planned",
                "subsidy", "contribution", "proposed_at", "changed_at", "end_reason", "holds_place",
            ),
            "ids, codes, pence and times; who is meant is encrypted elsewhere",
        ),
        NotPersonal(
            "offer",
            (
                "offer_id", "match_id", "therapist_id", "session_fee", "state", "sent_at", "reply_by", "answered_at",
                "reason",
            ),
            "ids, codes, pence and times",
        ),
        NotPersonal("offer_link", ("token_hash", "offer_id", "made_at"), "a hash of chance, an id and a time"),
        NotPersonal(
            "asked_pair", ("referral_id", "therapist_id", "outcome", "for_ever", "asked_at"), "ids, codes and a time"
        ),
        NotPersonal(
            "explanation",
            ("explanation_id", "referral_id", "match_id", "outcome", "weights", "made_at"),
            "ids, a code and a time",
        ),
        NotPersonal("sign_in_address", ("therapist_id",), "an id"),
        NotPersonal(
            "sign_in_link",
            ("token_hash", "therapist_id", "browser_hash", "made_at", "expires_at", "used_at"),
            "hashes of chance, an id and times",
        ),
        NotPersonal(
            "episode",
            ("match_id", "contact_at", "started_at", "reviewed_at", "concern_at", "ended_at", "more_wanted_at"),
            "an id and times; who is meant is encrypted elsewhere",
        ),
        NotPersonal(
            "therapy_session",
            ("session_id", "match_id", "state", "starts_at", "replaces", "booked_at", "recorded_at"),
            "ids, codes and times; who is meant is encrypted elsewhere",
        ),
        NotPersonal(
            "session_correction",
            ("correction_id", "session_id", "before", "after", "corrected_at"),
            "ids, codes and a time",
        ),
        NotPersonal(
            "weights",
            (
                "version", "distance", "fee", "free_places", "specialism", "affordable", "preferences", "results",
                "published_at",
            ),
            "published policy",
        ),
        *register_of_credentials.NOT_PERSONAL,
    ),
)  # fmt: skip
