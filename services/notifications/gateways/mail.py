"""Hands mails to the SMTP server, and says in our own terms what it answered."""

from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from services.notifications.domain.delivery import Attempt, Failed, Refused, Went
from shared.settings import LOOPBACK

Security = Literal["none", "starttls", "tls"]
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says: a neutral subject and plain text."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class MailServer:
    """The SMTP server of the charity; `only_here` refuses every other machine, whatever is configured."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    only_here: bool = False

    def __post_init__(self) -> None:
        if self.only_here and self.host not in LOOPBACK:
            raise ValueError("in demonstrations mail goes to this machine only")

    async def send(self, letter: Letter, to: str, *, message_id: str, now: datetime) -> Attempt:
        """Send one mail. The Message-ID is the same at each attempt, so that a second copy is recognised as one."""
        try:
            message = self._message(letter, to, message_id, now)
        except ValueError:
            return Refused("address-not-usable")
        try:
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.security == "tls",
                start_tls=self.security == "starttls",
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            codes = [recipient.code for recipient in refusal.recipients]
            return Refused("address-refused") if all(code >= 500 for code in codes) else Failed("address-deferred")
        except aiosmtplib.SMTPResponseException as refusal:
            return Refused(f"smtp-{refusal.code}") if refusal.code >= 550 else Failed(f"smtp-{refusal.code}")
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Failed("mail-server-unreachable")
        return Went()

    def _message(self, letter: Letter, to: str, message_id: str, now: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(letter.text)
        if len(message["To"].addresses) != 1 or "@" not in to:
            raise ValueError("not one address")
        return message
