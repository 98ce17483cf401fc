"""The plain words for codes on the pages."""

from services.matching.domain.deadlines import Attention
from services.matching.domain.matches import MatchState, OfferState
from services.matching.domain.standings import Standing
from services.matching.domain.vocabulary import (
    AGE_WORDS,
    GROUP_WORDS,
    MODALITY_WORDS,
    STAGE_WORDS,
    WAIT_WORDS,
    Priority,
)
from services.matching.store.offer_notes import NoteKind

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
OFFER_STATES: dict[OfferState, str] = {
    "sent": "Asked",
    "acknowledged": "Thinking about it",
    "declining": "Says no",
    "accepted": "Accepted",
    "declined": "Declined",
    "expired": "No answer in time",
    "withdrawn": "Taken back",
}
ATTENTION: dict[Attention, str] = {
    "funding-silent": "Funding has not answered for an hour",
    "approval-waits": "The money waits for somebody's approval",
    "no-contact": "The therapist has not been in touch",
    "no-first-session": "No first session yet",
    "therapy-quiet": "Nothing heard of this therapy for six weeks",
    "safeguarding": "A safeguarding concern is open",
    "subsidy-ended": "The charity pays no longer: the client agrees no more, or the money went again",
    "given-up": "The therapist gave the client up after accepting; the next is being asked",
    "decline-to-confirm": "A no waits for a word from you",
}
NOTE_KINDS: dict[NoteKind, str] = {
    "acknowledged": "Thinking about it, said by phone",
    "accepted": "Yes, said by phone",
    "declined": "No, said by phone",
    "given-up": "Given up, said by phone",
    "withdrawn": "Offer taken back",
    "extended": "More time given",
    "confirmed": "The no stands",
    "overridden": "Asked to think again",
}
LINE_STATES = {
    "in-date": ("In date", "good"),
    "running-out": ("Runs out soon", "warning"),
    "run-out": ("Ran out", "danger"),
    "not-verified": ("Not verified", ""),
}
LOOKUPS = {
    "offer_states": OFFER_STATES,
    "attention": ATTENTION,
    "note_kinds": NOTE_KINDS,
    "match_states": MATCH_STATES,
    "standings": STANDINGS,
    "standing_actions": STANDING_ACTIONS,
    "priorities": PRIORITIES,
    "parts": PARTS,
    "settings": SETTINGS,
    "groups": GROUP_WORDS,
    "ages": AGE_WORDS,
    "stages": STAGE_WORDS,
    "modalities": MODALITY_WORDS,
    "reasons": WAIT_WORDS,
}


def short(identifier: object) -> str:
    """The end of an id, which people can read to each other; its beginning is only the time."""
    return str(identifier)[-8:]
