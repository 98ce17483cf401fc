"""The coarse codes that events may carry; their meaning is in the domain vocabulary, not here."""

from typing import Literal

ReferralSource = Literal[
    "self", "family", "gp", "social-services", "police", "probation", "courts", "education", "health", "prison",
    "employer", "other",
]  # fmt: skip
Channel = Literal["web", "phone", "api", "import"]
ClientGroup = Literal[
    "thoughts", "images", "exposing", "voyeurism", "harmed-child", "harmed-adult", "other-behaviour", "family",
    "survivor",
]  # fmt: skip
AgeBand = Literal["under-13", "13-17", "18-25", "26-64", "65-plus"]
LegalStage = Literal[
    "unknown-to-authorities", "investigated", "bail", "charged", "sentenced", "prison", "released", "none",
]  # fmt: skip
TherapistGender = Literal["woman", "man", "no-preference"]
Setting = Literal["in-person", "online", "either"]
Means = Literal["full-fee", "part-fee", "cannot-pay", "unsure"]
Priority = Literal["routine", "urgent", "immediate"]
TriageOutcome = Literal["suitable", "more-information", "not-ready", "not-suitable", "signposted"]
DecidedBy = Literal["rules", "staff"]
EndedBy = Literal["client", "therapist", "charity", "administrative"]
CloseReason = Literal[
    "no-longer-wanted", "found-other-help", "no-answer", "completed", "ended-early", "not-suitable", "signposted",
    "died", "duplicate", "entered-in-error", "moved-away",
]  # fmt: skip
ConsentPurpose = Literal["referral", "sharing", "subsidy", "evaluation", "statistics", "contact-again"]
WaitReason = Literal[
    "nobody-near", "no-such-skill", "no-free-place", "no-money", "not-shared", "everyone-asked", "next-run",
    "client-not-ready", "safeguarding",
]  # fmt: skip
DeclineReason = Literal[
    "full", "not-my-field", "conflict-of-interest", "too-far", "fee", "away", "not-as-described", "other"
]
MatchEnd = Literal[
    "referral-closed", "consent-withdrawn", "therapist-unavailable", "superseded", "by-staff", "client-wish",
    "safeguarding", "no-answer-in-time",
]  # fmt: skip
TherapyOutcome = Literal["completed", "ended-early"]
SessionCancelledBy = Literal["client", "therapist"]
LetterKind = Literal[
    "sign-in", "application-received", "documents-wanted", "application-decided", "reference-wanted",
    "credential-warning", "credential-lapsed", "supervision-to-sign", "capacity-stale", "offer-stalled",
    "contact-wanted", "offer-taken", "offer-extended",
]  # fmt: skip
"""What a letter to somebody outside is about; notifications has the words, which name no case."""
Measure = Literal["core-10", "yp-core", "phq-9", "gad-7"]
Change = Literal["recovered", "improved", "unchanged", "deteriorated", "not-scored"]
DesiredOutcome = Literal["achieved", "partly", "not", "not-said"]
FundMilestone = Literal["target-met", "money-expiring", "report-due", "instalment-late"]
"""The first two are told to the funder, the other two to our finance staff."""
FunderLetterKind = Literal["funder-sign-in", "funder-report", "funder-milestone"]
InvoiceDecision = Literal["approved", "questioned", "paid", "returned"]
MoneyLevel = Literal["none", "scarce", "good"]
TherapistStanding = Literal["approved", "active", "paused", "lapsed", "suspended", "removed", "left"]
StaffRole = Literal["coordinator", "triage", "safeguarding", "registrar", "finance", "admin"]
