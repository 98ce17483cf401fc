"""Every fact of a referral's timeline as one plain sentence, and who caused it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.notifications.domain import words
from shared.kernel.money import Pence, pounds

Details = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """What happened and who did it."""

    sentence: str
    actor: str


def line_for(kind: str, details: Details) -> Line:
    """The line of one fact; raises KeyError for a kind that nobody has put into words."""
    sentence, actor = LINES[kind]
    return Line(
        sentence if isinstance(sentence, str) else sentence(details),
        actor if isinstance(actor, str) else actor(details),
    )


def _received(told: Details) -> str:
    return f"Referral received {words.CHANNELS[told['channel']]}; source: {words.SOURCES[told['source']]}."


def _who_asked(told: Details) -> str:
    return {"web": "Client or referrer", "phone": "Staff on the phone", "api": "Professional referrer"}.get(
        told["channel"], "Import"
    )


def _triaged(told: Details) -> str:
    return f"Triage: {words.OUTCOMES[told['outcome']]}, {told['priority']}."


def _decider(told: Details) -> str:
    return "Triage rules" if told["decided_by"] == "rules" else "Triage staff"


def _closed(told: Details) -> str:
    return f"Closed: {words.CLOSE_REASONS[told['reason']]}."


def _proposed(told: Details) -> str:
    fee = pounds(Pence(told["session_fee"]))
    return f"Therapist {words.short(told['therapist_id'])} proposed: {told['sessions_planned']} sessions at {fee}."


def _offered(told: Details) -> str:
    return f"Offer sent to therapist {words.short(told['therapist_id'])}, to answer by {words.clock(told['reply_by'])}."


def _booked(told: Details) -> str:
    verb = "moved to" if told.get("replaces") else "booked for"
    return f"Session {verb} {words.clock(told['starts_at'])}."


def _attended(told: Details) -> str:
    return f"Session {told['number']} took place{'; the client came late' if told.get('late') else ''}."


def _granted(told: Details) -> str:
    amount, own = (pounds(Pence(told[name])) for name in ("amount_per_session", "contribution_per_session"))
    return f"Subsidy kept: {told['sessions']} sessions at {amount} each; the client adds {own}."


def _approval_wanted(told: Details) -> str:
    return f"Subsidy kept until somebody who may agrees to it (level {told['level']})."


def _topped_up(told: Details) -> str:
    amount, own = (pounds(Pence(told[name])) for name in ("amount_per_session", "contribution_per_session"))
    return f"Subsidy made larger: {told['sessions']} sessions in all at {amount} each; the client adds {own}."


def _about_therapist(words_before: str) -> Callable[[Details], str]:
    return lambda told: f"Therapist {words.short(told['therapist_id'])} {words_before}."


LINES: dict[str, tuple[str | Callable[[Details], str], str | Callable[[Details], str]]] = {
    "intake.referral-received": (_received, _who_asked),
    "intake.referral-triaged": (_triaged, _decider),
    "intake.referral-closed": (_closed, lambda told: str(told["ended_by"]).capitalize()),
    "intake.consent-given": (lambda told: f"Consent given: {words.PURPOSES[told['purpose']]}.", "Client"),
    "intake.consent-withdrawn": (lambda told: f"Consent withdrawn: {words.PURPOSES[told['purpose']]}.", "Client"),
    "intake.message-left": (
        "A message was left in the thread.",
        lambda told: "Client" if told["by_client"] else "Charity",
    ),
    "intake.safeguarding-concern-raised": (
        lambda told: f"Safeguarding concern raised, to be looked at by {words.clock(told['act_by'])}.",
        "Intake",
    ),
    "intake.safeguarding-concern-acknowledged": ("Safeguarding concern taken on.", "Safeguarding staff"),
    "intake.safeguarding-concern-escalated": (
        lambda told: f"Safeguarding concern escalated to level {told['level']}: nobody acted in time.",
        "Clock",
    ),
    "intake.safeguarding-concern-closed": ("Safeguarding concern closed by two people.", "Safeguarding staff"),
    "matching.match-proposed": (_proposed, "Matching"),
    "matching.match-withdrawn": (
        lambda told: f"Proposed match withdrawn: {words.MATCH_ENDS[told['reason']]}.",
        "Matching",
    ),
    "matching.referral-waitlisted": (
        lambda told: (
            f"Waiting: {words.WAIT_REASONS[told['reason']]}. Next look by {words.clock(told['next_look_at'])}."
        ),
        "Matching",
    ),
    "matching.offer-sent": (_offered, "Matching"),
    "matching.offer-reminded": (_about_therapist("was reminded of the offer"), "Clock"),
    "matching.offer-stalled": (_about_therapist("is thinking about the offer and has been silent since"), "Clock"),
    "matching.offer-accepted": (_about_therapist("accepted the offer"), "Therapist"),
    "matching.offer-declined": (
        lambda told: (
            f"Therapist {words.short(told['therapist_id'])} "
            f"{'gave the client up again' if told.get('after_acceptance') else 'declined'}: "
            f"{words.DECLINES[told['reason']]}."
        ),
        "Therapist",
    ),
    "matching.offer-extended": (
        lambda told: (
            f"Therapist {words.short(told['therapist_id'])} has until {words.clock(told['reply_by'])} to answer."
        ),
        "Matching",
    ),
    "matching.triage-wanted": ("The need does not seem to be as described: triage looks once more.", "Matching"),
    "matching.offer-expired": (_about_therapist("did not answer in time"), "Clock"),
    "matching.offer-withdrawn": (
        lambda told: (
            f"Offer to therapist {words.short(told['therapist_id'])} withdrawn: {words.MATCH_ENDS[told['reason']]}."
        ),
        "Matching",
    ),
    "matching.contact-made": (_about_therapist("has reached the client"), "Therapist"),
    "matching.session-booked": (_booked, "Therapist"),
    "matching.session-attended": (_attended, "Therapist"),
    "matching.session-missed": ("The client did not come to a session and had not cancelled.", "Therapist"),
    "matching.session-cancelled": (lambda told: f"Session cancelled by the {told['by']}.", "Therapist"),
    "matching.session-concern-raised": (
        _about_therapist("raised a concern; safeguarding staff are told"),
        "Therapist",
    ),
    "matching.therapy-started": (_about_therapist("and the client met for the first time"), "Therapist"),
    "matching.therapy-ended": (
        lambda told: "Therapy completed." if told["outcome"] == "completed" else "Therapy ended early.",
        "Therapist",
    ),
    "funding.subsidy-not-needed": ("No subsidy needed: the client can pay the fee.", "Funding"),
    "funding.subsidy-granted": (_granted, "Funding"),
    "funding.subsidy-waitlisted": (
        lambda told: f"No fund can pay now: {pounds(Pence(told['shortfall']))} short. Kept until money comes in.",
        "Funding",
    ),
    "funding.subsidy-released": (lambda told: f"Subsidy of {pounds(Pence(told['amount']))} released.", "Funding"),
    "funding.subsidy-approval-wanted": (_approval_wanted, "Funding"),
    "funding.subsidy-approval-decided": (
        lambda told: f"Subsidy {'approved' if told['approved'] else 'not approved: another way is looked for'}.",
        "Finance staff",
    ),
    "funding.subsidy-topped-up": (_topped_up, "Funding"),
    "funding.means-wanted": (
        lambda told: f"The client was {'reminded' if told['reminder'] else 'asked'} to say what they live on.",
        "Funding",
    ),
    "funding.evaluation-due": (
        lambda told: f"The {told['respondent']} was {'reminded' if told['reminder'] else 'asked'} to say how it goes.",
        "Funding",
    ),
    "funding.outcome-scored": ("The evaluation of the therapy was scored.", "Funding"),
    "funding.risk-answered": (
        "An answer in an evaluation form must be looked at; safeguarding staff are told.",
        "Funding",
    ),
    "notifications.delivery-given-up": (
        lambda told: f"The {words.TEMPLATES[told['template']]} could not be delivered: reach the person another way.",
        "Notifications",
    ),
}
"""Kind → sentence and actor, each a text or a function of the fact's clear fields."""
