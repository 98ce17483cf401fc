"""The codes that matching decides with; the same words as on the wire, which a test compares."""

from typing import Literal

ClientGroup = Literal[
    "thoughts", "images", "exposing", "voyeurism", "harmed-child", "harmed-adult", "other-behaviour", "family",
    "survivor",
]  # fmt: skip
AgeBand = Literal["under-13", "13-17", "18-25", "26-64", "65-plus"]
LegalStage = Literal[
    "unknown-to-authorities", "investigated", "bail", "charged", "sentenced", "prison", "released", "none"
]
Gender = Literal["woman", "man"]
Modality = Literal[
    "cbt", "psychodynamic", "person-centred", "integrative", "systemic", "psychosexual", "emdr", "arts", "group",
]  # fmt: skip
WantedGender = Literal["woman", "man", "no-preference"]
Setting = Literal["in-person", "online", "either"]
Meeting = Literal["in-person", "online"]
Means = Literal["full-fee", "part-fee", "cannot-pay", "unsure"]
Priority = Literal["routine", "urgent", "immediate"]
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

CHILD_BANDS: frozenset[AgeBand] = frozenset({"under-13", "13-17"})

GROUP_WORDS: dict[ClientGroup, str] = {
    "thoughts": "people worried about their thoughts",
    "images": "people who looked at illegal images",
    "exposing": "people who expose themselves",
    "voyeurism": "people who watch others in secret",
    "harmed-child": "people who harmed a child",
    "harmed-adult": "people who harmed an adult",
    "other-behaviour": "people with other harmful behaviour",
    "family": "partners and family members",
    "survivor": "survivors",
}
AGE_WORDS: dict[AgeBand, str] = {
    "under-13": "under 13",
    "13-17": "13 to 17",
    "18-25": "18 to 25",
    "26-64": "26 to 64",
    "65-plus": "65 or over",
}
STAGE_WORDS: dict[LegalStage, str] = {
    "unknown-to-authorities": "not known to the authorities",
    "investigated": "under investigation",
    "bail": "on bail",
    "charged": "charged",
    "sentenced": "sentenced",
    "prison": "in prison",
    "released": "released",
    "none": "no legal matter",
}
MODALITY_WORDS: dict[Modality, str] = {
    "cbt": "cognitive behavioural",
    "psychodynamic": "psychodynamic",
    "person-centred": "person-centred",
    "integrative": "integrative",
    "systemic": "systemic and family",
    "psychosexual": "psychosexual",
    "emdr": "EMDR",
    "arts": "arts",
    "group": "group work",
}
WAIT_WORDS: dict[WaitReason, str] = {
    "nobody-near": "Nobody near enough",
    "no-such-skill": "Nobody with the right skills",
    "no-free-place": "No free place",
    "no-money": "No money for it yet",
    "not-shared": "The client has not agreed to sharing",
    "everyone-asked": "Everyone suitable has been asked",
    "next-run": "Looked at together with the others at the next run",
    "client-not-ready": "The client is not ready yet",
    "safeguarding": "A safeguarding concern is open",
}
