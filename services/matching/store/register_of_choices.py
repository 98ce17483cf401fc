"""What matching stores for choosing well: what connects clients, what staff permitted, how therapies went."""

from shared.privacy.register import Basis, Category, Condition, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention


def _client(table: str, column: str, what: str, purpose: str, protection: Protection) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.CRIMINAL,
        purpose=purpose,
        basis=Basis.CONSENT,
        condition=Condition.OFFENCE_COUNSELLING,
        retention=Retention.REFERRAL_WITH_THERAPY,
        protection=protection,
        seen_by="coordinators" if protection is Protection.ENCRYPTED else "nobody",
    )


_NO_CONFLICT = "keeping clients whom something connects from having the same therapist"

PERSONAL = (
    _client("conflict_token", "token", "hashes of names, addresses and file numbers, under intake's key", _NO_CONFLICT,
            Protection.KEYED_HASH),
    _client("conflict_token", "base", "the part of such a hash that is compared", _NO_CONFLICT, Protection.KEYED_HASH),
    _client("pair_permission", "reason", "why staff permitted a pair all the same", "being able to answer for it",
            Protection.ENCRYPTED),
    PersonalField(
        table="pair_permission",
        column="permitted_by",
        what="who permitted it",
        category=Category.ORDINARY,
        purpose="showing who did what",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.REFERRAL_WITH_THERAPY,
        protection=Protection.CLEAR,
        seen_by="coordinators",
    ),
    PersonalField(
        table="outcome_count",
        column="counts",
        what="how many cases of each client group a therapist has finished, and how many went well",
        category=Category.ORDINARY,
        purpose="choosing a therapist who is good at what the client needs",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.THERAPIST,
        protection=Protection.ENCRYPTED,
        seen_by="nobody",
    ),
    PersonalField(
        table="strength",
        column="points",
        what="how a therapist's finished cases of a client group went, beside those of all, from 15 cases on",
        category=Category.ORDINARY,
        purpose="choosing a therapist who is good at what the client needs",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.THERAPIST,
        protection=Protection.CLEAR,
        seen_by="coordinators",
    ),
)  # fmt: skip
NOT_PERSONAL = (
    NotPersonal("conflict_token", ("referral_id",), "an id"),
    NotPersonal("pair_permission", ("referral_id", "therapist_id", "rule", "permitted_at"), "ids, a code and a time"),
    NotPersonal("outcome_count", ("therapist_id",), "an id"),
    NotPersonal("outcome_counted", ("match_id",), "an id"),
    NotPersonal(
        "fairness_figure",
        ("quarter", "dimension", "value", "accepted", "days", "n"),
        "counts by one thing at a time; nothing joins them to each other or to an id",
    ),
    NotPersonal("offer_counted", ("offer_id",), "an id"),
    NotPersonal("strength", ("therapist_id", "client_group"), "an id and a code"),
)
