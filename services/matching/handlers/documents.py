"""Documents that applicants send: written anew by a process apart before they are kept, and taken away again."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.applications import (
    OPEN,
    Application,
    Document,
    DocumentKind,
)
from services.matching.gateways.cleaning import Cleaned, cleaned
from services.matching.gateways.unusable import Unusable
from services.matching.handlers.applications import known, note_arrival
from services.matching.store import applications, documents
from shared.kernel.errors import Conflict, NotFound
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

LARGEST = 5 * 1024 * 1024
SENTENCES: dict[Unusable, str] = {
    "unknown": "This is not a PDF, JPEG or PNG file, whatever its name says. Please save it as one of these.",
    "damaged": "We cannot read this file. It may be damaged: please open it, save it anew and try again.",
    "encrypted": "This PDF is locked with a password or against changes. Please save a copy without protection.",
    "too-large": "This file is too large. Please send one of at most 5 MB.",
    "too-many-pages": "This PDF has too many pages. Please send the pages that matter, at most 60.",
    "empty": "Choose a file.",
}


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A document cannot be kept, and why."""

    sentence: str


async def take_document(
    kernel: Kernel, application_id: UUID, kind: DocumentKind, content: bytes, *, actor: str
) -> Document | NotTaken:
    """Keep what was sent as we write it ourselves; raises `Conflict` once the application is closed."""
    if len(content) > LARGEST:
        return NotTaken(SENTENCES["too-large"])
    found = await cleaned(content)
    if not isinstance(found, Cleaned):
        return NotTaken(SENTENCES[found])
    return await kernel.perform(str(application_id), lambda tx: _keep(tx, application_id, kind, found), actor=actor)


async def take_back(tx: Transaction, application_id: UUID, document_id: UUID) -> None:
    """Remove what was sent by mistake, as long as no registrar has ticked it."""
    _require_open(await known(tx, application_id))
    if not await documents.remove_document(tx.db, application_id, document_id):
        raise NotFound("document-unknown", "There is no such document, or it has been looked at already.")
    await applications.note_progress(tx.db, application_id, tx.now)


async def _keep(tx: Transaction, application_id: UUID, kind: DocumentKind, found: Cleaned) -> Document | NotTaken:
    application = await known(tx, application_id)
    _require_open(application)
    if len(application.documents) >= tx.settings.applications.most_documents:
        return NotTaken("We have as many documents of yours as we can keep. Remove one that is not needed first.")
    document = Document(tx.new_id(), kind, found.media_type, len(found.content), tx.now)
    await documents.add_document(tx.db, tx.keys, application_id, document, found.content)
    await applications.set_asked_for(tx.db, application_id, [one for one in application.asked_for if one != kind])
    await applications.remove_ticks(tx.db, application_id, [kind])
    await note_arrival(tx, application_id)
    return document


def _require_open(application: Application) -> None:
    if application.state not in OPEN:
        raise Conflict("application-closed", "This application is closed, so nothing can be changed.")
