"""What funding stores of people at funders and of receipts for therapists, and why it may."""

from shared.privacy.register import Basis, Category, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention

PERSONAL = (
    PersonalField(
        table="funder_contact",
        column="details",
        what="name and e-mail address of somebody at a funder",
        category=Category.ORDINARY,
        purpose="telling funders what their money did, and letting them read it",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.FUNDER_CONTACT,
        protection=Protection.ENCRYPTED,
        seen_by="finance; deleted at once when finance removes them",
    ),
    PersonalField(
        table="funder_contact",
        column="email_hash",
        what="a keyed hash of that address",
        category=Category.ORDINARY,
        purpose="sending a link to sign in",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.FUNDER_CONTACT,
        protection=Protection.KEYED_HASH,
        seen_by="nobody; the sign-in page looks it up",
    ),
    PersonalField(
        table="funder_contact",
        column="added_by",
        what="which member of staff, by id, noted them",
        category=Category.ORDINARY,
        purpose="knowing who let somebody in",
        basis=Basis.LEGITIMATE_INTERESTS,
        retention=Retention.FUNDER_CONTACT,
        protection=Protection.CLEAR,
        seen_by="nobody but an investigation",
    ),
    PersonalField(
        table="fee_receipt",
        column="made_out_to",
        what="the name of a therapist on a receipt for a fee",
        category=Category.ORDINARY,
        purpose="showing who paid",
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.ENCRYPTED,
        seen_by="finance, the therapist themselves",
    ),
)
NOT_PERSONAL = (
    NotPersonal("funder_contact", ("contact_id", "funder_id", "added_at"), "random ids"),
    NotPersonal(
        "funder_sign_in_link",
        ("token_hash", "contact_id", "browser_hash", "made_at", "expires_at", "used_at"),
        "hashes of random tokens, under random ids",
    ),
    NotPersonal(
        "funder_session",
        ("session_hash", "contact_id", "opened_at", "expires_at"),
        "hashes of random tokens, under random ids",
    ),
    NotPersonal("fee_receipt", ("year", "number", "fee_id", "paid_on", "undone_on"), "days under random ids"),
)
