"""The draft behind the application form: begun, kept for a short while, sent once, and wiped."""

from dataclasses import dataclass, replace
from datetime import timedelta

from services.matching import store
from services.matching.domain.application_answers import all_answers, own_referee, read_section, unanswered
from services.matching.domain.applications import Answers
from services.matching.domain.registration import Problem, normal_registration
from services.matching.handlers.applications import receive
from services.matching.store import application_drafts as drafts
from services.matching.store.application_drafts import ApplicationDraft
from services.matching.store.applications import registration_in_use
from shared.messaging.transaction import Transaction

APPLICATION_DRAFT = "application-draft-expires"
KEPT_FOR = timedelta(hours=12)
"""How long answers are kept after the last one: time to look up a certificate, not more."""
NUMBER_NOT_TAKEN = (
    "We cannot take an application with this registration number here. Please check it. If you have applied before or "
    "know us already, use the link in our letter to you, or call us."
)
"""The same whether the number is a therapist's, an applicant's or anybody's."""


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no draft: it was wiped, or never begun."""


@dataclass(frozen=True, slots=True)
class Refused:
    """These answers have to be looked at again."""

    section: str
    problems: tuple[Problem, ...]


def lock_of(visit_hash: str) -> str:
    """The key under which everything about one visit happens in turn."""
    return f"visit:{visit_hash}"


async def begin(tx: Transaction, visit_hash: str) -> None:
    """Begin a draft, or go on with the one that this visit has; after one was sent, begin the next."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is not None and not draft.sent:
        return
    await drafts.wipe_draft(tx.db, visit_hash)
    draft = ApplicationDraft(visit_hash, tx.new_id(), tx.now + KEPT_FOR)
    await drafts.add_draft(tx.db, tx.keys, draft)
    tx.schedule(APPLICATION_DRAFT, visit_hash, draft.expires_at)


async def keep(tx: Transaction, visit_hash: str, section: str, answers: Answers) -> ApplicationDraft | Refused | Gone:
    """Keep the answers of one section, or say what is wrong with them."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is None:
        return Gone()
    if draft.sent:
        return draft
    problems = read_section(section, answers, tx.settings.applications) or await _unknown_place(tx, section, answers)
    if problems:
        return Refused(section, problems)
    draft = replace(draft, answers={**draft.answers, section: answers}, expires_at=tx.now + KEPT_FOR)
    await drafts.save_draft(tx.db, tx.keys, draft)
    tx.schedule(APPLICATION_DRAFT, visit_hash, draft.expires_at)
    return draft


async def send(tx: Transaction, visit_hash: str) -> ApplicationDraft | Refused | Gone:
    """Turn the draft into an application and wipe its answers; sent a second time, it is the same application."""
    draft = await drafts.draft_of(tx.db, tx.keys, visit_hash, tx.now)
    if draft is None:
        return Gone()
    if draft.sent:
        return draft
    refused = await _refused(tx, draft)
    if refused is not None:
        return refused
    answers = all_answers(draft.answers)
    number = normal_registration(answers["registration_number"][0])
    if await registration_in_use(tx.db, tx.keys, number) or not await receive(
        tx, draft.application_id, answers, number
    ):
        return Refused("training", (Problem("registration_number", NUMBER_NOT_TAKEN),))
    ends = tx.now + KEPT_FOR
    await drafts.mark_sent(tx.db, visit_hash, ends)
    tx.schedule(APPLICATION_DRAFT, visit_hash, ends)
    return replace(draft, sent=True, answers={})


async def wipe(tx: Transaction, visit_hash: str) -> None:
    """Remove the draft and everything in it."""
    await drafts.wipe_draft(tx.db, visit_hash)
    tx.cancel(APPLICATION_DRAFT, visit_hash)


async def _refused(tx: Transaction, draft: ApplicationDraft) -> Refused | None:
    missing = unanswered(draft.answers)
    if missing is not None:
        return Refused(missing, ())
    for section, answers in draft.answers.items():
        problems = read_section(section, answers, tx.settings.applications) or await _unknown_place(
            tx, section, answers
        )
        if problems:
            return Refused(section, problems)
    own = own_referee(all_answers(draft.answers))
    return Refused("referees", (own,)) if own else None


async def _unknown_place(tx: Transaction, section: str, answers: Answers) -> tuple[Problem, ...]:
    if section != "place" or await store.point_of(tx.db, answers["outward_code"][0].upper()) is not None:
        return ()
    return (Problem("outward_code", "We do not know this first half of a postcode. Please check it."),)
