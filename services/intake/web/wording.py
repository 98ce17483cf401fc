"""The words in which codes are shown to people, for every choice on the pages."""

from typing import NamedTuple

from services.intake.domain.codes import (
    AgeBand,
    Asker,
    ClientGroup,
    ContactChannel,
    Danger,
    LegalStage,
    Means,
    SafeHours,
    Setting,
    Source,
    TherapistGender,
)


class Words(NamedTuple):
    """One choice as it is offered, with a hint that may be empty."""

    text: str
    hint: str = ""


ASKERS: dict[Asker, Words] = {
    "client": Words("For me", "Also if somebody close to you has done something and you need support yourself"),
    "close-person": Words(
        "For somebody close to me", "We talk with you first about how they can ask for help themselves"
    ),
    "professional": Words("For somebody I work with", "As a doctor, social worker, probation officer or the like"),
}
YES_OR_NO: dict[str, Words] = {"yes": Words("Yes"), "no": Words("No")}
PLACES: dict[str, Words] = {
    "near": Words("Near home, or online", "We need to know roughly where"),
    "online": Words("Only online", "By video or phone, from wherever you are"),
}
GROUPS: dict[ClientGroup, Words] = {
    "thoughts": Words(
        "Thoughts that worry me", "Thoughts or feelings about children or others that have not led to anything"
    ),
    "images": Words("What I look at online"),
    "exposing": Words("Exposing myself"),
    "voyeurism": Words("Watching or recording people without their knowing"),
    "harmed-child": Words("Something that happened with a child or young person"),
    "harmed-adult": Words("Something that happened with an adult"),
    "other-behaviour": Words("Another behaviour that worries me"),
    "family": Words("Somebody close to me has done something", "Help for me, as a partner, parent or relative"),
    "survivor": Words("Something that was done to me", "As a child or as an adult, recently or long ago"),
}
GROUP_NAMES: dict[ClientGroup, str] = {
    "thoughts": "Worrying thoughts",
    "images": "Images online",
    "exposing": "Exposing",
    "voyeurism": "Voyeurism",
    "harmed-child": "Behaviour towards a child",
    "harmed-adult": "Behaviour towards an adult",
    "other-behaviour": "Other behaviour",
    "family": "Family or partner",
    "survivor": "Survivor",
}
RATHER_SAY = Words("I would rather say it on the phone", "We will ask nothing more about it here")
AGES: dict[AgeBand, Words] = {
    "under-13": Words("Under 13"),
    "13-17": Words("13 to 17"),
    "18-25": Words("18 to 25"),
    "26-64": Words("26 to 64"),
    "65-plus": Words("65 or over"),
}
DANGERS: dict[Danger, Words] = {
    "no": Words("No"),
    "unsure": Words("I am not sure"),
    "yes": Words("Yes"),
}
STAGES: dict[LegalStage, Words] = {
    "unknown-to-authorities": Words("No, nobody"),
    "investigated": Words("Yes, there is an investigation"),
    "bail": Words("Yes, on bail or released under investigation"),
    "charged": Words("Yes, charged and waiting for court"),
    "sentenced": Words("Yes, sentenced in the community"),
    "prison": Words("Yes, in prison"),
    "released": Words("Yes, released from prison"),
    "none": Words("This does not apply"),
}
RATHER_NOT = Words("I would rather not say")
CHANNELS: dict[ContactChannel, Words] = {
    "none": Words(
        "Do not contact me", "You get a code at the end and come back with it to read our answer. Nobody will know"
    ),
    "email": Words("By e-mail", "Our messages only say that there is something to read, never what it is about"),
    "phone": Words("By phone", "We say only a first name unless we know it is you"),
    "text": Words("By text message", "Our messages only say that there is something to read"),
}
HOURS: dict[SafeHours, Words] = {
    "any": Words("Any time in the day"),
    "morning": Words("Only in the morning"),
    "afternoon": Words("Only in the afternoon"),
    "evening": Words("Only in the evening"),
}
SETTINGS: dict[Setting, Words] = {
    "either": Words("Either is fine"),
    "in-person": Words("In person"),
    "online": Words("Online, by video or phone"),
}
GENDERS: dict[TherapistGender, Words] = {
    "no-preference": Words("It does not matter"),
    "woman": Words("A woman"),
    "man": Words("A man"),
}
LANGUAGES: dict[str, str] = {
    "en": "English",
    "cy": "Welsh",
    "bfi": "British Sign Language",
    "ar": "Arabic",
    "bn": "Bengali",
    "fr": "French",
    "gu": "Gujarati",
    "pl": "Polish",
    "pt": "Portuguese",
    "pa": "Punjabi",
    "ro": "Romanian",
    "so": "Somali",
    "es": "Spanish",
    "ur": "Urdu",
    "other": "Another language",
}
MEANS: dict[Means, Words] = {
    "full-fee": Words("Yes, all of it"),
    "part-fee": Words("Some of it"),
    "cannot-pay": Words("No"),
    "unsure": Words("I do not know yet"),
}
GROUPS_OR_NOT: dict[str, str] = {
    **{str(code): words for code, words in GROUP_NAMES.items()},
    "rather-say": "Not said, or to be talked about first",
}
CALLERS: dict[Asker, str] = {
    "client": "For the caller",
    "close-person": "For somebody close to the caller",
    "professional": "For somebody the caller works with",
}
CHANNELS_FOR_THEM: dict[ContactChannel, str] = {
    "none": "Not at all; they come to us",
    "email": "By e-mail",
    "phone": "By phone",
    "text": "By text message",
}
SOURCES: dict[Source, Words] = {
    "gp": Words("GP surgery"),
    "health": Words("Another health service"),
    "social-services": Words("Social services"),
    "police": Words("Police"),
    "probation": Words("Probation"),
    "courts": Words("Courts"),
    "prison": Words("Prison"),
    "education": Words("School or college"),
    "employer": Words("Employer"),
    "other": Words("Another organisation"),
}
STATES: dict[str, str] = {
    "submitted": "New",
    "in_triage": "Waits for a person",
    "suitable": "Suitable",
    "more_info_needed": "Waits for an answer",
    "not_ready": "Not ready yet",
    "not_suitable": "Not suitable",
    "signposted": "Signposted",
    "matching": "Looking for a therapist",
    "offered": "A therapist is asked",
    "accepted": "A therapist has accepted",
    "in_therapy": "In therapy",
    "completed": "Completed",
    "waiting": "On the waiting list",
    "on_hold": "On hold",
    "withdrawn": "Withdrawn",
    "ended_early": "Ended early",
    "entered_in_error": "Entered by mistake",
}
WAITS: dict[str, str] = {
    "nobody-near": "nobody near",
    "no-such-skill": "no such skill",
    "no-free-place": "no free place",
    "no-money": "no money",
    "not-shared": "not agreed to share",
    "everyone-asked": "everyone was asked",
    "next-run": "looked at with the next run",
    "client-not-ready": "client not ready",
    "safeguarding": "safeguarding concern open",
}
OUTCOMES: dict[str, Words] = {
    "suitable": Words("Suitable", "A therapist is looked for at once"),
    "more-information": Words("More information", "Your question goes into the client's thread"),
    "not-ready": Words("Not ready yet", "The client is asked again in four weeks"),
    "not-suitable": Words("Not suitable", "Closes the referral"),
    "signposted": Words("Signposted", "Another service fits better; closes the referral"),
}
PRIORITIES: dict[str, Words] = {
    "routine": Words("Routine"),
    "urgent": Words("Urgent"),
    "immediate": Words("Immediate"),
}
