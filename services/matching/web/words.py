"""The plain words for codes on the pages."""

from services.matching.domain.matches import MatchState
from services.matching.domain.standings import Standing
from services.matching.domain.vocabulary import AGE_WORDS, GROUP_WORDS, STAGE_WORDS, WAIT_WORDS, Priority

MATCH_STATES: dict[MatchState, tuple[str, str]] = {
    "proposed": ("Waiting for funding's answer", "accent"),
    "waiting-for-funds": ("Waiting for money", "warning"),
    "offered": ("Therapist is asked", "accent"),
    "accepted": ("Accepted", "good"),
    "in-therapy": ("In therapy", "good"),
    "declined": ("Declined", ""),
    "expired": ("Not answered in time", ""),
    "withdrawn": ("Withdrawn", ""),
    "completed": ("Therapy completed", ""),
    "ended-early": ("Therapy ended early", ""),
}
STANDINGS: dict[Standing, tuple[str, str]] = {
    "approved": ("Approved", "accent"),
    "active": ("Active", "good"),
    "paused": ("Paused", "warning"),
    "lapsed": ("Lapsed", "danger"),
    "suspended": ("Suspended", "danger"),
    "removed": ("Removed", ""),
    "left": ("Left", ""),
}
STANDING_ACTIONS: dict[Standing, str] = {
    "active": "Make active",
    "paused": "Pause",
    "lapsed": "Mark as lapsed",
    "suspended": "Suspend",
    "removed": "Remove",
    "left": "Mark as left",
}
PRIORITIES: dict[Priority, str] = {"routine": "Routine", "urgent": "Urgent", "immediate": "Immediate"}
PARTS = {
    "distance": "Distance",
    "fee": "Fee",
    "affordable": "Affordable",
    "free-places": "Free places",
    "specialism": "Specialism",
    "preferences": "Preferences",
    "results": "Past results",
}
SETTINGS = {"in-person": "In person", "online": "Online", "either": "In person or online"}
LOOKUPS = {
    "match_states": MATCH_STATES,
    "standings": STANDINGS,
    "standing_actions": STANDING_ACTIONS,
    "priorities": PRIORITIES,
    "parts": PARTS,
    "settings": SETTINGS,
    "groups": GROUP_WORDS,
    "ages": AGE_WORDS,
    "stages": STAGE_WORDS,
    "reasons": WAIT_WORDS,
}


def short(identifier: object) -> str:
    """The end of an id, which people can read to each other; its beginning is only the time."""
    return str(identifier)[-8:]
