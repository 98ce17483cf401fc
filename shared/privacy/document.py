"""Renders docs/privacy.md from the registers; the same registers always give the same bytes."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from shared.privacy.kernel_tables import NOT_PERSONAL, PERSONAL
from shared.privacy.register import NotPersonal, PersonalField, Register
from shared.privacy.retention import Retention

INTRODUCTION = """\
# Privacy: what is stored about whom, why, and for how long

Generated from the field registers (`services/*/store/register.py`, `shared/privacy/kernel_tables.py`); do not edit.
A test compares the registers with the migrated databases column by column. Lawful bases, conditions and lengths of time
are the house's defaults: the controller confirms or changes them.

## The promises

- **Between services** only ids, status codes, pence, dates and coarse codes travel in clear. What a service needs to
  know of a person travels in a block sealed to that service's key (compact JWE, ECDH-ES on X25519, AES-256-GCM) and
  bound to the id of its event; a block moved to another event, changed, or addressed to another service does not open.
  Contents are rounded up to 256 bytes, so that a block's length does not tell which code is in it.
- **In a database** what a person told us is encrypted under a key of that person's own (AES-256-GCM, bound to table,
  column and subject). That key is stored wrapped under the service's field key. Erasing somebody is destroying the one
  wrapped key, after which nothing under it can be read. Backups hold wrapped keys too: an erasure is complete when the
  last backup made before it has expired.
- **Look-ups** by a value that is not stored (receipt codes, possible duplicates) go by a keyed hash with a purpose;
  hashes of different purposes or services cannot be compared.
- **Logs, metrics and traces** hold ids, codes and durations. Log keys come from an allow-list, exceptions are shown by
  type and place without their message, metric labels come from a list in which no id and no person can appear.
- **Suspicion counts** as criminal-offence data, and so does having asked for help here: a referral as such is
  protected like its most sensitive field.
- There is no index of offences across clients and no full-text search over what people wrote.
- A legal hold on a subject is stronger than every rule below.
"""


def privacy_page(registers: Iterable[Register]) -> str:
    """The whole page: the promises, the retention rules, and a table per service."""
    parts = [INTRODUCTION, _retention_rules(), "## In every service's database\n", _tables(PERSONAL, NOT_PERSONAL)]
    for register in sorted(registers, key=lambda one: one.service):
        parts += [f"## {register.service.capitalize()}\n", _tables(register.personal, register.not_personal)]
    return "\n".join(parts).rstrip() + "\n"


def _retention_rules() -> str:
    rows = [
        (_code(rule), rule.value.starts, _length(rule.value.keep), rule.value.ending, rule.value.why)
        for rule in Retention
    ]
    return "## How long\n\n" + _table(("rule", "counted from", "kept", "then", "why"), rows)


def _tables(personal: Sequence[PersonalField], not_personal: Sequence[NotPersonal]) -> str:
    fields = [
        (
            f"`{field.table}.{field.column}`",
            field.what,
            field.category,
            field.purpose,
            " · ".join(part for part in (field.basis, field.condition) if part),
            _code(field.retention),
            field.protection + (f" ({field.why_clear})" if field.why_clear else ""),
            field.seen_by,
        )
        for field in sorted(personal, key=lambda one: (one.table, one.column))
    ]
    others = [
        (f"`{entry.table}`", ", ".join(f"`{column}`" for column in entry.columns), entry.why)
        for entry in sorted(not_personal, key=lambda one: (one.table, one.columns))
    ]
    return "\n".join(
        (
            _table(("field", "what", "category", "purpose", "lawful because", "kept", "protection", "seen by"), fields),
            "Not about a person by themselves:\n",
            _table(("table", "columns", "because"), others),
        )
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _code(retention: Retention) -> str:
    return retention.name.lower().replace("_", " ")


def _length(keep: timedelta) -> str:
    if not keep:
        return "no longer"
    if keep.days >= 730:
        return f"{keep.days // 365} years"
    return f"{keep.days} day{'s' if keep.days > 1 else ''}"
