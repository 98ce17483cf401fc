"""For how long each kind of record is kept: data, read by the page about privacy and by the services' timers alike."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum


class Ending(StrEnum):
    """What is done when the time has come."""

    KEY_DESTROYED = "the subject's key is destroyed"
    ROW_DELETED = "the row is deleted"
    VALUE_CLEARED = "the value is cleared, the row stays as a figure"


@dataclass(frozen=True)
class RetentionRule:
    """For how long, counted from which moment; a legal hold on the subject is stronger than any rule."""

    starts: str
    keep: timedelta
    ending: Ending
    why: str


class Retention(Enum):
    """Every rule there is; the lengths are the house's defaults, and a controller may set others."""

    UNFINISHED_REFERRAL = RetentionRule(
        "last change of a referral that was never sent",
        timedelta(days=30),
        Ending.KEY_DESTROYED,
        "nobody asked for help yet",
    )
    REFERRAL_WITHOUT_THERAPY = RetentionRule(
        "closing of a referral without therapy",
        timedelta(days=365),
        Ending.KEY_DESTROYED,
        "coming back without starting again",
    )
    REFERRAL_WITH_THERAPY = RetentionRule(
        "closing of a referral after therapy",
        timedelta(days=7 * 365),
        Ending.KEY_DESTROYED,
        "limitation of claims, six years and a margin",
    )
    SAFEGUARDING = RetentionRule(
        "closing of the concern",
        timedelta(days=25 * 365),
        Ending.KEY_DESTROYED,
        "a child at risk can ask until well into adult life",
    )
    ACCOUNTING = RetentionRule(
        "end of the financial year", timedelta(days=6 * 365), Ending.VALUE_CLEARED, "charity and tax law: six years"
    )
    THERAPIST = RetentionRule(
        "end of the therapist's membership",
        timedelta(days=7 * 365),
        Ending.ROW_DELETED,
        "limitation of claims, six years and a margin",
    )
    APPLICATION = RetentionRule(
        "an application refused or withdrawn, or begun and never sent",
        timedelta(days=183),
        Ending.ROW_DELETED,
        "answering questions about the decision",
    )
    FUNDER_CONTACT = RetentionRule(
        "end of the funder's last fund", timedelta(days=2 * 365), Ending.ROW_DELETED, "asking again for the next appeal"
    )
    STAFF_ACCOUNT = RetentionRule(
        "account disabled", timedelta(days=365), Ending.ROW_DELETED, "who did what stays readable for a year"
    )
    SESSION = RetentionRule("session expired", timedelta(days=1), Ending.ROW_DELETED, "of no use once expired")
    ACCESS_LOG = RetentionRule(
        "the access", timedelta(days=6 * 365), Ending.ROW_DELETED, "a person may ask who looked at their record"
    )
    DELIVERY = RetentionRule(
        "delivery settled", timedelta(days=90), Ending.ROW_DELETED, 'answering "I received nothing"'
    )
    IN_TRANSIT = RetentionRule("handed on", timedelta(0), Ending.ROW_DELETED, "kept only until the next part has it")
    PARKED = RetentionRule(
        "replayed or dropped by a person",
        timedelta(0),
        Ending.ROW_DELETED,
        "kept only until somebody has dealt with it",
    )
