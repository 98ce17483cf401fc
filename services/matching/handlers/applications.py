"""Applications from their arrival to their end: letters, reminders, withdrawal and erasure."""

from dataclasses import replace
from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

from services.matching.domain.applications import (
    APPLICATION_MOVES,
    OPEN,
    Answers,
    Application,
    ApplicationPolicy,
    ApplicationState,
    complete,
    owed_by_applicant,
)
from services.matching.domain.references import Asked, Role, Statement
from services.matching.domain.transitions import ActorKind
from services.matching.handlers import references
from services.matching.store import applications as store
from shared.events.codes import LetterKind
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from shared.kernel.errors import NotFound
from shared.kernel.ids import LetterId
from shared.messaging.transaction import Transaction

APPLICATION_QUIET = "application-quiet"
APPLICATION_ERASED = "application-erased"


async def receive(tx: Transaction, application_id: UUID, answers: Answers, number: str) -> bool:
    """Keep a new application, write to the applicant and to both referees; False where the number is in use."""
    if not await store.add_application(tx.db, tx.keys, application_id, answers, number=number, now=tx.now):
        return False
    application = await known(tx, application_id)
    await write_to(tx, application, "application-received")
    for role in ("supervisor", "professional"):
        await references.ask(
            tx, application_id, role, name=answers[f"{role}_name"][0], email=answers[f"{role}_email"][0]
        )
    look_again(tx, application)
    return True


async def known(tx: Transaction, application_id: UUID) -> Application:
    """An application that must be there; raises `NotFound`."""
    application = await store.application_by_id(tx.db, tx.keys, application_id)
    if application is None:
        raise NotFound("application-unknown", "There is no such application.")
    return application


async def write_to(tx: Transaction, application: Application, kind: LetterKind) -> None:
    """Write to the applicant, with a new link of 256 random bits, of which only the hash stays here."""
    token = token_urlsafe(32)
    await store.add_application_link(tx.db, application.application_id, token, tx.now)
    link = f"{tx.settings.public_url('matching')}/apply/{token}"
    tx.emit(
        LetterRequested(subject_id=application.application_id, letter_id=LetterId(tx.new_id()), kind=kind),
        seal={"notifications": Letter(email=application.email, link=link)},
    )


async def move(tx: Transaction, application: Application, state: ApplicationState, *, actor: ActorKind) -> Application:
    """Move an application by the table of moves; at its end nobody is asked or reminded any more."""
    APPLICATION_MOVES.require(application.state, state, actor)
    ended = state not in OPEN
    await store.set_application_state(tx.db, application.application_id, state, tx.now, ended=ended)
    moved = replace(application, state=state, progress_at=tx.now, decided_at=tx.now if ended else None, quiet=False)
    look_again(tx, moved)
    if ended:
        await references.stop_asking(tx, application)
    return moved


async def note_arrival(tx: Transaction, application_id: UUID) -> None:
    """Something has come in: an application with everything goes to the registrars, any other begins to fill."""
    application = await known(tx, application_id)
    await store.note_progress(tx.db, application_id, tx.now)
    if complete(application) and application.state in ("applied", "documents-pending"):
        await move(tx, application, "under-review", actor="system")
    elif application.state == "applied":
        await move(tx, application, "documents-pending", actor="system")
    else:
        look_again(tx, replace(application, progress_at=tx.now))


async def withdraw(tx: Transaction, application_id: UUID) -> None:
    """The applicant does not want to go on; raises `Conflict` when it is decided already."""
    application = await known(tx, application_id)
    await move(tx, application, "withdrawn", actor="applicant")
    await store.note_decision(tx.db, tx.keys, application_id, "You took your application back.", None)


async def name_referee(
    tx: Transaction, application_id: UUID, role: Role, *, name: str, email: str, actor: ActorKind
) -> str:
    """Ask the same person again or another one; gives a sentence where that cannot be, else nothing."""
    application = await known(tx, application_id)
    refused = await references.ask_instead(tx, application, role, name=name, email=email, actor=actor)
    if not refused:
        await store.note_progress(tx.db, application_id, tx.now)
        look_again(tx, replace(application, progress_at=tx.now))
    return refused


async def take_statement(tx: Transaction, asked: Asked, statement: Statement) -> bool:
    """Keep what a referee says, and let the application go on; False where it comes too late."""
    if not await references.answer(tx, asked.reference_id, statement):
        return False
    await note_arrival(tx, asked.application_id)
    return True


async def wait_no_longer(tx: Transaction, reference_id: UUID) -> None:
    """A referee has not answered in time: the applicant is asked to name somebody else."""
    application_id = await references.expire(tx, reference_id)
    if application_id is not None:
        await write_to(tx, await known(tx, application_id), "documents-wanted")


async def look_at_quiet(tx: Transaction, application_id: UUID) -> None:
    """Nothing has happened for long: remind whose turn it is, and in the end close what nobody goes on with."""
    application = await store.application_by_id(tx.db, tx.keys, application_id)
    if application is None or application.state not in OPEN:
        return
    theirs = owed_by_applicant(application)
    if theirs and application.state != "under-review" and _policy(tx).given_up(application.progress_at, tx.now):
        await move(tx, application, "withdrawn", actor="system")
        await store.note_decision(
            tx.db, tx.keys, application_id, "We heard nothing for a long time, so we closed this application.", None
        )
        await write_to(tx, application, "application-decided")
        return
    await store.note_quiet(tx.db, application_id)
    if theirs:
        await write_to(tx, application, "documents-wanted")
    tx.schedule(APPLICATION_QUIET, str(application_id), tx.now + timedelta(days=_policy(tx).quiet_days))


async def erase(tx: Transaction, application_id: UUID) -> None:
    """Remove an application that came to nothing, with everything in it."""
    application = await store.application_by_id(tx.db, tx.keys, application_id)
    if application is None or application.state in ("refused", "withdrawn"):
        await store.erase_application(tx.db, application_id)


def look_again(tx: Transaction, application: Application) -> None:
    """Set the moment at which an application is looked at, or erased; an approved one stays with its therapist."""
    key = str(application.application_id)
    if application.state in OPEN:
        tx.schedule(APPLICATION_QUIET, key, _policy(tx).quiet_until(application.progress_at), lock_key=key)
        return
    tx.cancel(APPLICATION_QUIET, key)
    if application.state != "approved":
        tx.schedule(APPLICATION_ERASED, key, tx.now + timedelta(days=_policy(tx).kept_days), lock_key=key)


def _policy(tx: Transaction) -> ApplicationPolicy:
    policy: ApplicationPolicy = tx.settings.applications
    return policy
