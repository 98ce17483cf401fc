"""How a referral stands, in the plain words that its client reads."""

from typing import NamedTuple

from services.intake.domain.states import State


class Said(NamedTuple):
    """A heading, and what happens next."""

    heading: str
    next: str


_LOOKING = "You need to do nothing. Look here again in a few days, or whenever you like."
STANDINGS: dict[State, Said] = {
    "submitted": Said("We have your request", "One of us reads it, usually within a day."),
    "in_triage": Said("One of us is reading your request", "We usually answer within a day. Look here again tomorrow."),
    "suitable": Said("We are looking for somebody for you", _LOOKING),
    "more_info_needed": Said("We have a question for you", "Please read our message below and answer here."),
    "not_ready": Said(
        "We are giving it some time", "Write to us here when you would like to go on. We will also ask again."
    ),
    "matching": Said("We are looking for somebody for you", _LOOKING),
    "offered": Said("We have asked somebody whether they can help you", "They have a few days to answer. " + _LOOKING),
    "accepted": Said(
        "Somebody has said yes", "We put the two of you in touch in the way you chose, or write to you here."
    ),
    "in_therapy": Said("You are being helped", "If something is not right, you can write to us here."),
    "waiting": Said(
        "You are on our waiting list", "We have not forgotten you. We look again all the time and tell you here."
    ),
    "on_hold": Said("We are holding your place", "Write to us here when you would like to go on."),
    "completed": Said("This is finished", "You can always ask for help again."),
    "not_suitable": Said("We cannot help in the right way", "Please read our message below. You can always call us."),
    "signposted": Said("Somebody else can help you better", "Please read our message below. You can always call us."),
    "withdrawn": Said("This is closed", "Nobody will get in touch. You can always ask for help again."),
    "ended_early": Said("This is closed", "You can always ask for help again."),
    "entered_in_error": Said("This is closed", "You can always ask for help again."),
}
STANDINGS_FOR_REFERRERS: dict[str, str] = {
    "being-considered": "Being considered",
    "looking-for-a-therapist": "We are looking for somebody",
    "therapist-found": "Somebody has said yes",
    "in-therapy": "The person is being helped",
    "closed": "This is closed",
}
"""What whoever referred somebody may know, by the status of the professionals' API."""
