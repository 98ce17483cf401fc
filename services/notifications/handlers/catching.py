"""Demonstrations only: keeps what would have been sent, encrypted, and opens it again for the page that shows it."""

import json
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from services.notifications.store import caught_mail
from services.notifications.store.caught_mail import Caught
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

CONTENT_COLUMN = "caught_mail.content"


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A caught mail, opened."""

    mail_id: UUID
    to: str
    sender: str
    subject: str
    text: str
    times: int
    caught_at: datetime


async def keep_mail(kernel: Kernel, message: EmailMessage) -> None:
    """Keep one mail; the same message again is only counted."""
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    content = {"to": str(message["To"]), "from": str(message["From"]), "subject": str(message["Subject"]), "text": text}

    async def keep(tx: Transaction) -> None:
        mail_id = tx.new_id()
        wrapped = tx.keys.new_subject_key(str(mail_id))
        kept = tx.keys.subject_key(str(mail_id), wrapped).encrypt_text(CONTENT_COLUMN, json.dumps(content))
        await caught_mail.keep_mail(
            tx.db, Caught(mail_id, str(message["Message-ID"] or mail_id), 1, wrapped, kept, tx.now)
        )

    await kernel.perform("caught-mail", keep, actor="system")


def read_mail(kernel: Kernel, caught: Caught) -> ReadMail:
    """Open a caught mail."""
    key = kernel.keys.subject_key(str(caught.mail_id), caught.wrapped_key)
    content = json.loads(key.decrypt_text(CONTENT_COLUMN, caught.content))
    return ReadMail(
        caught.mail_id,
        content["to"],
        content["from"],
        content["subject"],
        content["text"],
        caught.times,
        caught.caught_at,
    )
