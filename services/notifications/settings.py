"""What notifications is told from outside, beside what every service is told."""

from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator

from services.notifications.domain.addresses import Reach
from shared.kernel.ids import ServiceName
from shared.settings import LOOPBACK, ServiceSettings


class NotificationsSettings(ServiceSettings):
    """Mail and webhooks. In demonstrations nothing leaves the machine, whatever else is configured."""

    service: ClassVar[ServiceName] = "notifications"

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(1025, ge=1, le=65535)
    smtp_sender: str = Field("Messages <messages@localhost>", pattern=r"^[^\r\n]{3,200}$")
    smtp_security: Literal["none", "starttls", "tls"] | None = None
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_catcher: bool = True
    """In demonstrations: listen on the SMTP host and port ourselves. Never used outside them."""
    safeguarding_mailbox: str | None = None
    """A mailbox that is alerted beside the accounts of safeguarding staff."""
    finance_mailbox: str | None = None
    """A mailbox that is told when an approval waits, a report is due or an instalment is late."""
    webhooks_to_loopback: bool = False
    """For tests and demonstrations: webhooks may go to this machine, and only there."""

    health_urls: dict[ServiceName, str] = Field(default_factory=dict)
    """Where the system page asks the services how they are, where that is not where people reach them."""

    @property
    def reach(self) -> Reach:
        """Where webhooks may go."""
        return "loopback" if self.demo or self.webhooks_to_loopback else "public"

    @property
    def message_domain(self) -> str:
        """The domain in the Message-IDs of our mails: the sender's."""
        return self.smtp_sender.rsplit("@", 1)[-1].rstrip("> ") or "localhost"

    @model_validator(mode="after")
    def _nothing_leaves_a_demonstration(self) -> Self:
        here = self.smtp_host in LOOPBACK
        if self.demo and not here:
            raise ValueError("STOPSO_SMTP_HOST: in demo mode mail must stay on this machine (127.0.0.1)")
        if not here and self.smtp_security == "none":
            raise ValueError("STOPSO_SMTP_SECURITY: mail to another machine must be encrypted (starttls or tls)")
        return self
