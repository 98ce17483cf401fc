"""The field register: which store holds what about whom, why it may, for how long, and how it is protected.

Each service declares a `REGISTER` in `services/<x>/store/register.py`; the tables that the kernel brings into every
database are declared once, in `shared.privacy.kernel_tables`. A test compares all of it with the migrated databases.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.kernel.ids import ServiceName
from shared.privacy.retention import Retention


class Category(StrEnum):
    """How sensitive it is; suspicion, and having asked for help here, count as criminal-offence data."""

    ORDINARY = "ordinary"
    SPECIAL = "special category"
    CRIMINAL = "criminal offence"


class Basis(StrEnum):
    """Lawful basis, UK GDPR article 6(1)."""

    CONSENT = "6(1)(a) consent"
    CONTRACT = "6(1)(b) contract"
    LEGAL_OBLIGATION = "6(1)(c) legal obligation"
    VITAL_INTERESTS = "6(1)(d) vital interests"
    LEGITIMATE_INTERESTS = "6(1)(f) legitimate interests"


class Condition(StrEnum):
    """The further condition: article 9(2) for special categories, article 10 and DPA 2018 schedule 1 for offences."""

    EXPLICIT_CONSENT = "9(2)(a) explicit consent"
    VITAL_INTERESTS = "9(2)(c) vital interests"
    NOT_FOR_PROFIT = "9(2)(d) not-for-profit body"
    LEGAL_CLAIMS = "9(2)(f) legal claims"
    HEALTH_OR_SOCIAL_CARE = "9(2)(h), DPA 2018 sch. 1 para. 2 health or social care"
    COUNSELLING = "9(2)(g), DPA 2018 sch. 1 para. 17 counselling"
    SAFEGUARDING = "9(2)(g), DPA 2018 sch. 1 para. 18 safeguarding"
    RESEARCH = "9(2)(j), DPA 2018 sch. 1 para. 4 research and statistics"
    OFFENCE_COUNSELLING = "10, DPA 2018 sch. 1 para. 17 counselling"
    OFFENCE_SAFEGUARDING = "10, DPA 2018 sch. 1 para. 18 safeguarding"
    OFFENCE_CONSENT = "10, DPA 2018 sch. 1 para. 29 consent"
    OFFENCE_VITAL_INTERESTS = "10, DPA 2018 sch. 1 para. 30 vital interests"


class Protection(StrEnum):
    """What stands between the stored bytes and a reader of the disk."""

    ENCRYPTED = "encrypted under the subject's key"
    SEALED = "sealed to the receiving service"
    KEYED_HASH = "keyed hash"
    ONE_WAY_HASH = "one-way hash"
    CLEAR = "clear"


@dataclass(frozen=True)
class PersonalField:
    """One column that holds something about a person."""

    table: str
    column: str
    what: str
    category: Category
    purpose: str
    basis: Basis
    retention: Retention
    protection: Protection
    seen_by: str
    condition: Condition | None = None
    why_clear: str = ""

    def __post_init__(self) -> None:
        needs_condition = self.category is not Category.ORDINARY
        if needs_condition != (self.condition is not None):
            raise ValueError(
                f"{self.table}.{self.column}: a further condition belongs to sensitive fields, and only to them"
            )
        if needs_condition and self.protection is Protection.CLEAR and not self.why_clear:
            raise ValueError(f"{self.table}.{self.column}: sensitive and in clear, without a reason")
        if not (self.what and self.purpose and self.seen_by):
            raise ValueError(f"{self.table}.{self.column}: what, purpose and who may see it must be said")

    @property
    def names(self) -> Iterator[tuple[str, str]]:
        """The (table, column) this is about."""
        yield self.table, self.column


@dataclass(frozen=True)
class NotPersonal:
    """Columns of one table that say nothing about a person by themselves, and why that is so."""

    table: str
    columns: tuple[str, ...]
    why: str

    def __post_init__(self) -> None:
        if not self.columns or not self.why:
            raise ValueError(f"{self.table}: columns without personal content need names and a reason")

    @property
    def names(self) -> Iterator[tuple[str, str]]:
        """Every (table, column) this is about."""
        return ((self.table, column) for column in self.columns)


@dataclass(frozen=True)
class Register:
    """Everything that one service's own migrations create."""

    service: ServiceName
    personal: tuple[PersonalField, ...]
    not_personal: tuple[NotPersonal, ...]


def disagreements(register: Register, columns: set[tuple[str, str]]) -> list[str]:
    """What a register and a schema, given as its (table, column) pairs, say differently; empty where they agree."""
    entries: tuple[PersonalField | NotPersonal, ...] = (*register.personal, *register.not_personal)
    declared = [name for entry in entries for name in entry.names]
    twice = {name for name in declared if declared.count(name) > 1}
    return sorted(
        [f"{register.service}: {table}.{column} is not in the register" for table, column in columns - set(declared)]
        + [
            f"{register.service}: {table}.{column} is registered but does not exist"
            for table, column in set(declared) - columns
        ]
        + [f"{register.service}: {table}.{column} is registered twice" for table, column in twice]
    )
