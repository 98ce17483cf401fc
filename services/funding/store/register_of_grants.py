"""What funding stores of grants, of changes to funds and of money that moves between them, and why it may."""

from shared.privacy.register import Basis, Category, NotPersonal, PersonalField, Protection
from shared.privacy.retention import Retention


def _text(table: str, column: str, what: str, purpose: str) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=what,
        category=Category.ORDINARY,
        purpose=purpose,
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.ENCRYPTED,
        seen_by="finance, coordinators",
    )


def _who(table: str, column: str, what: str) -> PersonalField:
    return PersonalField(
        table=table,
        column=column,
        what=f"which member of staff, by id, {what}",
        category=Category.ORDINARY,
        purpose="knowing who decided about money",
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance, coordinators",
    )


PERSONAL = (
    _text("funder", "notes", "what staff note about a funder, who may be a person", "working with funders"),
    _text("grant_condition", "words", "a condition of a grant in the funder's words", "keeping to what was agreed"),
    _text("fund_change", "said", "why the terms of a fund or grant changed, and how", "showing how terms came about"),
    _text("fund_transfer", "reason", "why money is to move to another fund", "four eyes on transfers"),
    _text("money_given_back", "reason", "why money goes back to a funder", "accounting for gifts"),
    PersonalField(
        table="funder_grant",
        column="reference",
        what="the funder's reference of a grant, which may name somebody",
        category=Category.ORDINARY,
        purpose="noting each grant once",
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance, coordinators",
    ),
    PersonalField(
        table="instalment_receipt",
        column="reference",
        what="the reference of a payment, which may name the payer",
        category=Category.ORDINARY,
        purpose="knowing which instalment has come",
        basis=Basis.LEGAL_OBLIGATION,
        retention=Retention.ACCOUNTING,
        protection=Protection.CLEAR,
        seen_by="finance, coordinators",
    ),
    _who("funder_grant", "created_by", "entered a grant"),
    _who("grant_condition", "met_by", "noted that a condition is met"),
    _who("grant_report", "sent_by", "noted that a report was sent"),
    _who("fund_change", "actor", "changed a fund or a grant"),
    _who("fund_transfer", "asked_by", "asked for a transfer"),
    _who("fund_transfer", "decided_by", "agreed to a transfer or refused it"),
    _who("money_given_back", "actor", "gave money back to a funder"),
)
NOT_PERSONAL = (
    NotPersonal(
        "funder_grant",
        (
            *("grant_id", "fund_id", "funder_id", "amount", "agreed_on", "from_day", "last_day", "target_kind"),
            *("target", "created_at"),
        ),
        "what an organisation agreed to give",
    ),
    NotPersonal("grant_condition", ("condition_id", "grant_id", "met_at"), "random ids and a day"),
    NotPersonal(
        "grant_instalment", ("instalment_id", "grant_id", "fund_id", "due_on", "amount"), "sums of money and days"
    ),
    NotPersonal("instalment_receipt", ("fund_id", "instalment_id"), "random ids"),
    NotPersonal("grant_report", ("report_date_id", "grant_id", "due_on", "from_day", "until_day", "sent_at"), "days"),
    NotPersonal("fund_change", ("change_id", "fund_id", "grant_id", "what", "changed_at"), "random ids and a moment"),
    NotPersonal(
        "fund_transfer",
        ("transfer_id", "from_fund", "to_fund", "amount", "state", "asked_at", "decided_at"),
        "movements of money",
    ),
    NotPersonal("money_given_back", ("given_back_id", "fund_id", "grant_id", "amount", "given_at"), "sums of money"),
    NotPersonal("ledger_transaction", ("transfer_id", "given_back_id"), "which decision a movement follows"),
    NotPersonal("fund", ("closed_on",), "a day"),
    NotPersonal("milestone_told", ("fund_id", "milestone", "subject", "mark", "told_at"), "what was told, under ids"),
)
