"""The coarse codes in which answers are kept; the words on the pages belong to the pages."""

from typing import Literal

Asker = Literal["client", "close-person", "professional"]
Channel = Literal["web", "phone", "api", "import"]
Source = Literal[
    "self", "family", "gp", "social-services", "police", "probation", "courts", "education", "health", "prison",
    "employer", "other",
]  # fmt: skip
ClientGroup = Literal[
    "thoughts", "images", "exposing", "voyeurism", "harmed-child", "harmed-adult", "other-behaviour", "family",
    "survivor",
]  # fmt: skip
AgeBand = Literal["under-13", "13-17", "18-25", "26-64", "65-plus"]
LegalStage = Literal[
    "unknown-to-authorities", "investigated", "bail", "charged", "sentenced", "prison", "released", "none",
]  # fmt: skip
Danger = Literal["no", "unsure", "yes"]
TherapistGender = Literal["woman", "man", "no-preference"]
Setting = Literal["in-person", "online", "either"]
Means = Literal["full-fee", "part-fee", "cannot-pay", "unsure"]
Priority = Literal["routine", "urgent", "immediate"]
Outcome = Literal["suitable", "more-information", "not-ready", "not-suitable", "signposted"]
Purpose = Literal["referral", "sharing", "subsidy", "evaluation", "statistics", "contact-again"]
WaitReason = Literal[
    "nobody-near", "no-such-skill", "no-free-place", "no-money", "not-shared", "everyone-asked", "next-run",
    "client-not-ready", "safeguarding",
]  # fmt: skip
ContactChannel = Literal["none", "email", "phone", "text"]
SafeHours = Literal["any", "morning", "afternoon", "evening"]

CHILD_BANDS: frozenset[AgeBand] = frozenset({"under-13", "13-17"})
NO_LEGAL_STAGE: frozenset[ClientGroup] = frozenset({"family", "survivor"})
"""Groups that are never asked whether the authorities are involved."""
