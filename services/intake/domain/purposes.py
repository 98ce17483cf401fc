"""What a client may agree to: each purpose apart, in words that carry a version."""

from dataclasses import dataclass

from services.intake.domain.codes import Purpose


@dataclass(frozen=True, slots=True)
class Agreement:
    """One purpose and the words shown for it; changing the words means raising the version."""

    purpose: Purpose
    version: int
    title: str
    words: str
    needed: bool = False
    """Without this one there is nothing that the charity may do."""


AGREEMENTS: tuple[Agreement, ...] = (
    Agreement(
        "referral", 1, "Work on my request", "You may keep my answers and use them to find help for me.", needed=True
    ),
    Agreement(
        "sharing",
        1,
        "Ask a therapist",
        "You may tell a therapist what they need to know to say whether they can help. They learn my name and how to "
        "reach me only after they have said yes.",
    ),
    Agreement(
        "subsidy",
        1,
        "Look for money",
        "If I cannot pay the whole fee, you may use my answers about money to look for a fund that can. The fund is "
        "not told who I am.",
    ),
    Agreement("evaluation", 1, "Ask how it went", "You may ask me, during and after, how things are going."),
    Agreement(
        "statistics",
        1,
        "Count me in figures",
        "You may count me in figures for the people who give money. Nobody can be recognised in them.",
    ),
    Agreement("contact-again", 1, "Ask me again later", "You may get in touch once more after this is over."),
)

BY_PURPOSE = {agreement.purpose: agreement for agreement in AGREEMENTS}
