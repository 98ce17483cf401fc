"""The codes that funding decides with, the same as on the wire, and how people read them."""

from typing import Literal

from shared.kernel.regions import Region

ClientGroup = Literal[
    "thoughts", "images", "exposing", "voyeurism", "harmed-child", "harmed-adult", "other-behaviour", "family",
    "survivor",
]  # fmt: skip
AgeBand = Literal["under-13", "13-17", "18-25", "26-64", "65-plus"]
Means = Literal["full-fee", "part-fee", "cannot-pay", "unsure"]
Priority = Literal["routine", "urgent", "immediate"]
FundKind = Literal["unrestricted", "designated", "restricted"]
StaffRole = Literal["coordinator", "triage", "safeguarding", "registrar", "finance", "admin"]

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
REGION_WORDS: dict[Region, str] = {
    "north-east": "North East",
    "north-west": "North West",
    "yorkshire-and-the-humber": "Yorkshire and the Humber",
    "east-midlands": "East Midlands",
    "west-midlands": "West Midlands",
    "east-of-england": "East of England",
    "london": "London",
    "south-east": "South East",
    "south-west": "South West",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern-ireland": "Northern Ireland",
    "crown-dependencies": "Crown dependencies",
}
KIND_WORDS: dict[FundKind, str] = {
    "unrestricted": "Unrestricted",
    "designated": "Designated",
    "restricted": "Restricted",
}
