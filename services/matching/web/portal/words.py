"""The portal's plain words for codes."""

from services.matching.domain.sessions import Result, SessionState

SESSION_STATES: dict[SessionState, tuple[str, str]] = {
    "booked": ("Booked", "accent"),
    "attended": ("Took place", "good"),
    "attended-late": ("Took place, began late", "good"),
    "did-not-attend": ("Client did not come", "warning"),
    "cancelled-by-client": ("Cancelled by the client", ""),
    "cancelled-by-therapist": ("Cancelled by you", ""),
    "rescheduled": ("Moved", ""),
}
RESULTS: dict[Result, str] = {
    "attended": "It took place",
    "attended-late": "It took place, but the client came late",
    "did-not-attend": "The client did not come and had not cancelled",
    "cancelled-by-client": "The client cancelled",
    "cancelled-by-therapist": "I cancelled",
}
CONTACT_REFUSALS = {
    "not-yet": "Your acceptance has not reached the client's record yet. It takes a few seconds: please try again.",
    "consent-missing": "The client no longer agrees to be put in touch. Please do not contact them.",
    "closed": "The client has ended this. Please do not contact them any more.",
    "erased": "The client's record was erased, so there is nothing to show.",
    "unknown": "The client's record cannot be found. Please ring us.",
}
REACH_BY = {"email": "By e-mail", "phone": "By phone", "text": "By text message", "none": "Not directly"}
SAFE_HOURS = {
    "any": "at any time",
    "morning": "in the morning only",
    "afternoon": "in the afternoon only",
    "evening": "in the evening only",
}
