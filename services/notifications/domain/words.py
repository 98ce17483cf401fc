"""The domain's codes as people read them; one place, so that board, timeline and mails say the same."""

from datetime import datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

COLUMN_TITLES = {
    "new": "New",
    "triage": "Triage",
    "waiting": "Waiting",
    "matching": "Matching",
    "offered": "Offered",
    "accepted": "Accepted",
    "in-therapy": "In therapy",
    "closed": "Closed",
}
COLUMN_MEANINGS = {
    "new": "Nobody has decided yet",
    "triage": "Staff look into it",
    "waiting": "For what will wake it",
    "matching": "Finding therapist or money",
    "offered": "A therapist is asked",
    "accepted": "First meeting ahead",
    "in-therapy": "Sessions are under way",
    "closed": "Most recent first",
}
GROUPS = {
    "thoughts": ("thought", "Worried about thoughts"),
    "images": ("screen", "Images"),
    "exposing": ("figure", "Exposing"),
    "voyeurism": ("eye", "Voyeurism"),
    "harmed-child": ("circle-small", "Harmed a child"),
    "harmed-adult": ("circle-large", "Harmed an adult"),
    "other-behaviour": ("dots", "Other behaviour"),
    "family": ("house", "Family or partner"),
    "survivor": ("leaf", "Survivor"),
}
"""Client group → icon and words."""
AGE_BANDS = {"under-13": "under 13", "13-17": "13–17", "18-25": "18–25", "26-64": "26–64", "65-plus": "65+"}
PRIORITIES = {"routine": "Routine", "urgent": "Urgent", "immediate": "Immediate"}
CHANNELS = {"web": "through the web form", "phone": "by phone", "api": "from a professional", "import": "by import"}
SOURCES = {
    "self": "self", "family": "family", "gp": "GP", "social-services": "social services", "police": "police",
    "probation": "probation", "courts": "courts", "education": "education", "health": "health", "prison": "prison",
    "employer": "employer", "other": "other",
}  # fmt: skip
OUTCOMES = {
    "suitable": "suitable",
    "more-information": "more information needed",
    "not-ready": "not ready yet",
    "not-suitable": "not suitable",
    "signposted": "signposted elsewhere",
}
CLOSE_REASONS = {
    "no-longer-wanted": "no longer wanted", "found-other-help": "found other help", "no-answer": "no answer",
    "completed": "completed", "ended-early": "ended early", "not-suitable": "not suitable",
    "signposted": "signposted elsewhere", "died": "died", "duplicate": "duplicate",
    "entered-in-error": "entered in error", "moved-away": "moved away",
}  # fmt: skip
WAIT_REASONS = {
    "nobody-near": "nobody near",
    "no-such-skill": "no therapist with this skill",
    "no-free-place": "no free place",
    "no-money": "no money",
    "not-shared": "client has not agreed to sharing",
    "everyone-asked": "everyone suitable was asked",
    "next-run": "everyone who waits is looked at together soon",
    "client-not-ready": "the client is not ready yet",
    "safeguarding": "a safeguarding concern is open",
}
REASONS = {**CLOSE_REASONS, **WAIT_REASONS, "therapy-ended": "therapy ended"}
"""Why a card waits or is closed."""
PURPOSES = {
    "referral": "this referral",
    "sharing": "sharing with a therapist",
    "subsidy": "subsidy",
    "evaluation": "evaluation",
    "statistics": "statistics for funders",
    "contact-again": "being contacted again",
}
DECLINES = {
    "full": "no free place", "not-my-field": "not their field", "conflict-of-interest": "conflict of interest",
    "too-far": "too far", "fee": "fee", "away": "away",
    "not-as-described": "the need is not as described", "other": "another reason",
}  # fmt: skip
MATCH_ENDS = {
    "referral-closed": "the referral was closed",
    "consent-withdrawn": "consent was withdrawn",
    "therapist-unavailable": "the therapist is no longer available",
    "superseded": "another match took its place",
    "by-staff": "by staff",
    "client-wish": "the client wished for somebody else",
    "safeguarding": "a safeguarding concern was raised",
    "no-answer-in-time": "nobody answered in time",
}
DEADLINES = {"concern": "Act", "decision": "Decide", "reply": "Reply", "contact": "Contact", "next-look": "Look"}
FLAGS = {
    "concern": "Safeguarding",
    "escalated": "Escalated",
    "message": "New message",
    "consent-withdrawn": "Consent withdrawn",
    "turned-down": "Turned down before",
    "given-up": "Therapist gave up",
    "more-information": "More information asked",
    "no-money": "Money short",
    "unreached": "Not reached",
    "stalled": "Therapist silent",
    "approval": "Approval waits",
    "not-approved": "Not approved",
}
TEMPLATES = {
    "acknowledgement": "acknowledgement",
    "offer": "offer",
    "offer-reminder": "reminder of an offer",
    "safeguarding-alert": "safeguarding alert",
    "evaluation": "evaluation",
    "evaluation-reminder": "reminder of an evaluation",
    "fee": "note of a fee",
    "fee-reminder": "reminder of a fee",
    "means": "questions about means",
    "means-reminder": "reminder about means",
    "invoice-approved": "note of an approved invoice",
    "invoice-questioned": "question about an invoice",
    "invoice-paid": "note of a paid invoice",
    "invoice-returned": "note of a payment that came back",
    "bank-details": "note of new bank details",
    "funder-sign-in": "funder's link to sign in",
    "funder-report": "note of a report to a funder",
    "funder-milestone": "news of a fund to a funder",
    "approval-wanted": "note to finance: an approval waits",
    "report-due": "note to finance: a report is due",
    "instalment-late": "note to finance: an instalment is late",
    "webhook": "webhook",
    "sign-in": "link to sign in",
    "application-received": "receipt of an application",
    "documents-wanted": "request for documents",
    "application-decided": "decision on an application",
    "reference-wanted": "request for a reference",
    "credential-warning": "warning before something runs out",
    "credential-lapsed": "notice that something has run out",
    "supervision-to-sign": "request to sign supervision",
    "capacity-stale": "question about free places",
    "offer-stalled": "question about an open offer",
    "contact-wanted": "question whether contact was made",
    "offer-taken": "thanks to those who were asked too",
    "offer-extended": "more time to answer",
}
DELIVERY_STATES = {
    "queued": "Queued",
    "sent": "Sent",
    "delivered": "Delivered",
    "failed": "Failed, will be tried again",
    "retried": "Being tried again",
    "given_up": "Given up",
    "suppressed": "Suppressed",
}

DELIVERY_REASONS = {
    "offer-over": "The offer is over",
    "link-over": "The link in it is no longer good",
    "letter-wiped": "It was sent before and is not kept",
    "no-channel": "No way to reach the person",
    "not-this-medium": "Not by this medium",
    "consent-missing": "No consent to contact",
    "closed": "The referral is closed",
    "erased": "The person was erased",
    "unknown": "Intake does not know the referral",
    "address-refused": "The address was refused",
    "address-deferred": "The address was not accepted now",
    "address-not-usable": "The address cannot be used",
    "address-not-allowed": "The address may not be called",
    "mail-server-unreachable": "Mail server not reached",
    "endpoint-disabled": "The endpoint is switched off",
    "gone": "The endpoint said: never again",
    "unreachable": "The endpoint was not reached",
    "redirect": "The endpoint wanted to redirect",
    "name-not-found": "The endpoint's name was not found",
    "account-closed": "The account is closed",
    "no-mailbox": "No mailbox is set",
}
"""Why a delivery went as it did; other codes, such as `smtp-451`, speak for themselves."""


def short(identifier: object) -> str:
    """The end of an id, as people say it: the beginning of a UUIDv7 is only the time."""
    return str(identifier)[-6:].upper()


def clock(moment: datetime | str) -> str:
    """`Tue 3 March, 14:00` in London."""
    read = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    local = read.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%B, %H:%M}"


def near_clock(moment: datetime, now: datetime) -> str:
    """A moment near `now` as briefly as it stays clear: `14:00` today, `Tue 14:00` within the week, `3 Mar` beyond."""
    local, today = moment.astimezone(LONDON), now.astimezone(LONDON)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if abs((local.date() - today.date()).days) < 7:
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b}"
