"""References: two people are asked by letter, reminded once, answer once, or somebody else is named."""

from datetime import timedelta
from secrets import token_urlsafe
from uuid import UUID

from services.matching.domain.applications import OPEN, Application
from services.matching.domain.references import REFERENCE_MOVES, Asked, Role, Statement
from services.matching.domain.transitions import ActorKind
from services.matching.store import references as store
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from shared.kernel.ids import LetterId
from shared.messaging.transaction import Transaction

REFERENCE_REMINDER = "reference-reminder"
REFERENCE_EXPIRES = "reference-expires"


async def ask(tx: Transaction, application_id: UUID, role: Role, *, name: str, email: str) -> None:
    """Write to somebody for a reference; the caller holds the application's lock."""
    expires_at = tx.now + timedelta(days=tx.settings.applications.reference_days)
    asked = Asked(tx.new_id(), application_id, role, "asked", name, email, tx.now, expires_at)
    await store.add_reference(tx.db, tx.keys, asked)
    await _write(tx, asked)
    key, lock_key = str(asked.reference_id), str(application_id)
    tx.schedule(REFERENCE_REMINDER, key, tx.now + (expires_at - tx.now) / 2, lock_key=lock_key)
    tx.schedule(REFERENCE_EXPIRES, key, expires_at, lock_key=lock_key)


async def ask_instead(
    tx: Transaction, application: Application, role: Role, *, name: str, email: str, actor: ActorKind
) -> str:
    """Ask the same person again or another one; gives a sentence where that cannot be, else nothing."""
    earlier = [asked for asked in application.references if asked.role == role]
    if application.state not in OPEN:
        return "This application is closed."
    if any(asked.state == "received" for asked in earlier):
        return "This reference has come already."
    if len(earlier) >= tx.settings.applications.most_requests:
        return "We have asked often enough here. Please call us."
    for asked in earlier:
        if asked.state in ("asked", "expired"):
            await _put_aside(tx, asked, actor)
    await ask(tx, application.application_id, role, name=name, email=email)
    return ""


async def answer(tx: Transaction, reference_id: UUID, statement: Statement) -> bool:
    """Keep what a referee says; False where they have answered, it is too late, or nobody waits for it any more."""
    asked = await store.reference_by_id(tx.db, tx.keys, reference_id)
    if asked is None or not REFERENCE_MOVES.allows(asked.state, "received", "referee") or asked.expires_at <= tx.now:
        return False
    await store.keep_statement(tx.db, tx.keys, asked, statement, tx.now)
    _forget_timers(tx, asked)
    return True


async def remind(tx: Transaction, reference_id: UUID) -> None:
    """Ask once more, with a link of its own beside the first."""
    asked = await store.reference_by_id(tx.db, tx.keys, reference_id)
    if asked is not None and asked.state == "asked":
        await _write(tx, asked)


async def expire(tx: Transaction, reference_id: UUID) -> UUID | None:
    """Wait no longer; gives the application whose applicant has to name somebody else, if it is still open."""
    asked = await store.reference_by_id(tx.db, tx.keys, reference_id)
    if asked is None or not REFERENCE_MOVES.allows(asked.state, "expired", "system"):
        return None
    await store.set_reference_state(tx.db, reference_id, "expired")
    return asked.application_id


async def stop_asking(tx: Transaction, application: Application) -> None:
    """An application is over: nobody needs to answer any more."""
    for asked in application.references:
        if asked.state == "asked":
            await _put_aside(tx, asked, "system")


async def _put_aside(tx: Transaction, asked: Asked, actor: ActorKind) -> None:
    REFERENCE_MOVES.require(asked.state, "replaced", actor)
    await store.set_reference_state(tx.db, asked.reference_id, "replaced")
    _forget_timers(tx, asked)


def _forget_timers(tx: Transaction, asked: Asked) -> None:
    for kind in (REFERENCE_REMINDER, REFERENCE_EXPIRES):
        tx.cancel(kind, str(asked.reference_id))


async def _write(tx: Transaction, asked: Asked) -> None:
    token = token_urlsafe(32)
    await store.add_reference_link(tx.db, asked.reference_id, token, tx.now)
    link = f"{tx.settings.public_url('matching')}/references/{token}"
    tx.emit(
        LetterRequested(subject_id=asked.application_id, letter_id=LetterId(tx.new_id()), kind="reference-wanted"),
        seal={"notifications": Letter(email=asked.email, link=link)},
    )
