"""How ids and codes of funding read on a page."""

from uuid import UUID

from services.funding.domain.awards import AwardState, WaitsFor
from services.funding.domain.drawing import SessionOutcome
from services.funding.domain.ledger import Account, MovementKind
from services.funding.domain.vocabulary import Priority

STATES: dict[AwardState, tuple[str, str]] = {
    "requested": ("Asked for", ""),
    "waiting": ("Waiting", "warning"),
    "not-needed": ("Client pays", ""),
    "to-approve": ("To approve", "warning"),
    "reserved": ("Reserved", "accent"),
    "awarded": ("Awarded", "good"),
    "drawing": ("Being drawn", "good"),
    "exhausted": ("Used up", ""),
    "lapsed": ("Past its last day", ""),
    "expired": ("Ran out", "warning"),
    "ended": ("Ended", ""),
    "finished": ("Finished", ""),
}
WAITING: dict[WaitsFor, str] = {
    "profile": "what the client can pay is not known yet",
    "money": "money",
    "consent": "the client's agreement",
    "another-look": "another look, because nobody agreed",
}
PRIORITIES: dict[Priority, str] = {"routine": "Routine", "urgent": "Urgent", "immediate": "Immediate"}
MOVEMENTS: dict[MovementKind, str] = {
    "receive": "Received",
    "reserve": "Reserved",
    "commit": "Promised",
    "release": "Released",
    "return": "Returned unspent",
    "spend": "Spent",
    "unspend": "Spending taken back",
    "refund": "Returned after spending",
    "transfer-out": "Moved to another fund",
    "transfer-in": "Moved from another fund",
    "give-back": "Given back to the funder",
}
SIGNS: dict[MovementKind, str] = {
    "receive": "+",
    "reserve": "−",
    "commit": "",
    "release": "+",
    "return": "+",
    "spend": "",
    "unspend": "",
    "refund": "+",
    "transfer-out": "−",
    "transfer-in": "+",
    "give-back": "−",
}
ACCOUNTS: dict[Account, str] = {
    "received": "Received",
    "available": "Available",
    "reserved": "Reserved",
    "committed": "Promised",
    "spent": "Spent",
}
SESSIONS: dict[SessionOutcome, str] = {"attended": "Took place", "missed": "Missed", "cancelled": "Cancelled"}
MOMENTS = {"start": "Start", "review": "Review", "end": "End"}
LOOKUPS = {
    "states": STATES,
    "waiting": WAITING,
    "priorities": PRIORITIES,
    "movements": MOVEMENTS,
    "signs": SIGNS,
    "accounts": ACCOUNTS,
    "sessions": SESSIONS,
}


def short(identity: UUID) -> str:
    """The end of an id, as people say it: the beginning of a UUIDv7 is only the time."""
    return identity.hex[-6:].upper()
