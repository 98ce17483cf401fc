"""Obviously fictional people and funds for demonstrations: nobody here exists, and no address can receive mail."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import date, timedelta

from deploy.stopso.demo_register import papers
from services.funding.domain.funds import Restrictions
from services.funding.domain.vocabulary import FundKind
from services.intake.domain.answers import Contact, Need, Submission
from services.intake.domain.codes import AgeBand, ClientGroup, Danger, LegalStage, Means, Purpose, Source
from services.matching.domain.registration import COLUMNS, OPTIONAL_COLUMNS
from shared.events.codes import StaffRole
from shared.kernel.money import Pence

PASSWORD = "demonstration only"  # noqa: S105 - known to everybody, refused outside demonstrations
STAFF: tuple[tuple[str, str, tuple[StaffRole, ...]], ...] = (
    ("cora", "Cora Coordinator", ("coordinator", "triage")),
    ("tariq", "Tariq Triage", ("triage",)),
    ("saoirse@example.org", "Saoirse Safeguarding", ("safeguarding", "triage")),
    ("sanjay@example.org", "Sanjay Safeguarding", ("safeguarding",)),
    ("reg", "Reg Registrar", ("registrar",)),
    ("fiona", "Fiona Finance", ("finance",)),
    ("ada", "Ada Admin", ("admin", "coordinator", "triage", "safeguarding", "registrar", "finance")),
)
PLACES = (
    "AB10", "B15", "BA1", "BD1", "BH1", "BN1", "BS8", "BT7", "CA1", "CB2", "CF10", "CH1", "CM1", "CT1", "CV1", "DE1",
    "DH1", "DT1", "E8", "EH8", "EX4", "FK8", "G12", "GL1", "HR1", "HU5", "IP1", "IV2", "KY16", "LA1", "LE2", "LL57",
    "LN1", "LS6", "M14", "ME4", "MK9", "N7", "NE2", "NG7", "NP20", "NR2", "OX4", "PE1", "PL4", "PO5", "PR1", "RG1",
    "S10", "SA1", "SE5", "SO17", "ST4", "SW9", "SY2", "TN4", "TQ13", "TR1", "W6", "YO31",
)  # fmt: skip
_FIRST = (
    "Alder", "Briar", "Clover", "Fern", "Hazel", "Heath", "Holly", "Ivy", "Juniper", "Laurel", "Linden", "Maple",
    "Olive", "Reed", "Rowan", "Sage", "Sorrel", "Tansy",
)  # fmt: skip
_LAST = (
    "Example", "Sample", "Specimen", "Placeholder", "Pretend", "Notreal", "Imaginary", "Invented", "Fictitious",
)  # fmt: skip
_GROUPS: tuple[ClientGroup, ...] = (
    "thoughts", "images", "exposing", "voyeurism", "harmed-child", "harmed-adult", "other-behaviour", "family",
    "survivor",
)  # fmt: skip
_MODALITIES = ("cbt", "integrative;group", "psychodynamic", "person-centred;systemic", "psychosexual;emdr")
_SOURCES: tuple[Source, ...] = ("self",) * 17 + ("family", "gp", "police")


def therapists(draw: random.Random, today: date | None = None) -> list[str]:
    """Lines of the CSV file that `stopso import therapists` reads: one a place; with a day, their papers too."""
    file = io.StringIO()
    writer = csv.DictWriter(file, (*COLUMNS, *OPTIONAL_COLUMNS))
    writer.writeheader()
    for number, place in enumerate(PLACES, start=1):
        groups = _GROUPS if number % 3 else tuple(draw.sample(_GROUPS, 6))
        maximum = draw.randint(2, 6)
        writer.writerow(
            {
                "registration_number": f"DEMO-{number:04d}",
                "name": f"{draw.choice(_FIRST)} {draw.choice(_LAST)}",
                "email": f"therapist{number}@example.org",
                "gender": draw.choice(("woman", "woman", "man")),
                "client_groups": ";".join(groups),
                "age_bands": "13-17;18-25;26-64;65-plus" if number % 4 == 0 else "18-25;26-64;65-plus",
                "languages": draw.choice(("en", "en", "en", "en;cy", "en;ur", "en;pl")),
                "outward_code": place,
                "radius_km": draw.choice((25, 40, 60, 80)),
                "online": draw.choice(("yes", "yes", "no")),
                "step_free_access": draw.choice(("yes", "no")),
                "session_fee": draw.choice((45, 50, 55, 60, 65, 70, 80, 95)),
                "capacity_maximum": maximum,
                "capacity_available": draw.randint(1, maximum),
                "child_clearance": "yes" if number % 4 == 0 else "no",
                "modalities": _MODALITIES[number % len(_MODALITIES)],
                "concession_fee": "25" if number % 3 == 0 else "",
                **(papers(number, today) if today else {}),
            }
        )
    return file.getvalue().splitlines()


FUND_WITH_A_PAST = "Early prevention"
FUND_WITH_A_GRANT = "South West and Wales"
AT_A_FUNDER = ("Valentine Example", "valentine@example.org")
"""Who signs in to see what the money of that fund did."""


def funds(today: date) -> list[tuple[str, str, FundKind, Restrictions, Pence]]:
    """Funder, fund, kind, restrictions, and how much to put into it."""
    western = Restrictions(regions=frozenset({"south-west", "wales"}), until=today + timedelta(days=210))
    harmed = Restrictions(client_groups=frozenset({"survivor", "family"}), until=today + timedelta(days=330))
    early = Restrictions(client_groups=frozenset({"thoughts", "images"}), share_of_fee=80)
    capped = Restrictions(cap_per_client=Pence(900_00))
    return [
        ("The charity", "General reserve", "unrestricted", Restrictions(), Pence(4_200_00)),
        ("The charity", "Waiting list appeal", "designated", capped, Pence(2_500_00)),
        ("Example Valley Trust", "South West and Wales", "restricted", western, Pence(6_000_00)),
        ("Placeholder Foundation", "Survivors and families", "restricted", harmed, Pence(8_000_00)),
        ("Imaginary Prevention Fund", "Early prevention", "restricted", early, Pence(5_000_00)),
    ]


def referral(draw: random.Random, number: int) -> Submission:
    """One request for help; every now and then one that a person must look at first."""
    group = draw.choice(_GROUPS)
    ages: Sequence[AgeBand] = ("18-25", "26-64", "26-64", "26-64", "65-plus", "13-17" if number % 9 == 0 else "26-64")
    danger: Danger = "yes" if number % 17 == 0 else ("unsure" if number % 13 == 0 else "no")
    means: Means = draw.choice(("full-fee", "part-fee", "part-fee", "cannot-pay", "cannot-pay", "unsure"))
    stage: LegalStage | None = None if group in ("family", "survivor") else draw.choice(_STAGES)
    consents: tuple[Purpose, ...] = ("referral", "sharing", "subsidy", "evaluation", "statistics")
    return Submission(
        channel="web",
        source=draw.choice(_SOURCES),
        need=Need(
            asker="client",
            client_group=group,
            age_band=draw.choice(ages),
            danger=danger,
            legal_stage=stage,
            outward_code=draw.choice(PLACES),
            setting=draw.choice(("either", "either", "in-person", "online")),
            therapist_gender=draw.choice(("no-preference",) * 5 + ("woman", "man")),
            means=means,
            affordable_per_session=Pence(draw.choice((10_00, 15_00, 20_00, 25_00))) if means == "part-fee" else None,
        ),
        contact=Contact(
            channel="email",
            name=f"{draw.choice(_FIRST)} (not a real person)",
            email=f"client{number}@example.net",
            may_leave_message=draw.random() < 0.5,
        ),
        consents=consents if number % 11 else ("referral",),
    )


_STAGES: tuple[LegalStage, ...] = (
    "unknown-to-authorities",
    "unknown-to-authorities",
    "investigated",
    "bail",
    "released",
)
