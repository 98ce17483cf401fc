"""Has therapists and those who vouch for them written to; the words are with notifications, the reason stays here."""

from services.matching.domain.therapists import Therapist
from shared.events.codes import LetterKind
from shared.events.matching import LetterRequested
from shared.events.sealed import Letter
from shared.kernel.ids import LetterId, TherapistId
from shared.messaging.transaction import Transaction

PORTAL = "/portal"


def write_to_therapist(tx: Transaction, therapist: Therapist, kind: LetterKind) -> None:
    """Ask a therapist to look at their portal."""
    write_about(tx, therapist.therapist_id, kind, email=therapist.entry.email, path=PORTAL)


def write_about(tx: Transaction, therapist_id: TherapistId, kind: LetterKind, *, email: str, path: str) -> None:
    """Have a letter about a therapist sent to an address, with a link to a page of ours."""
    tx.emit(
        LetterRequested(subject_id=therapist_id, letter_id=LetterId(tx.new_id()), kind=kind),
        seal={"notifications": Letter(email=email, link=f"{tx.settings.public_url('matching')}{path}")},
    )
