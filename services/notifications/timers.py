"""What happens because time passed: sends what is due, ages the board, and catches mail in demonstrations."""

from datetime import timedelta
from email.message import EmailMessage
from typing import cast

from services.notifications.gateways.catcher import see_to_catcher
from services.notifications.gateways.mail import MailServer
from services.notifications.gateways.webhooks import Caller
from services.notifications.handlers import ageing, catching, sending
from services.notifications.settings import NotificationsSettings
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import background
from shared.settings import LOOPBACK


@background(every=timedelta(seconds=1))
async def send_due_deliveries(kernel: Kernel) -> None:
    """Send mails and webhooks whose moment has come."""
    settings = cast("NotificationsSettings", kernel.settings)
    await sending.send_due(kernel, mail_server(settings), Caller(settings.reach))


@background(every=timedelta(seconds=15))
async def age_board(kernel: Kernel) -> None:
    """Push what only time has changed."""
    await ageing.age_board(kernel)


@background(every=timedelta(minutes=10))
async def forget_old_changes(kernel: Kernel) -> None:
    """Keep the table of changes small."""
    await ageing.forget_old_changes(kernel)


@background(every=timedelta(seconds=2))
async def catch_demonstration_mail(kernel: Kernel) -> None:
    """In demonstrations, see to it that mail finds a server: our own, unless another replica already listens."""
    settings = cast("NotificationsSettings", kernel.settings)
    if not (settings.demo and settings.mail_catcher):
        return

    async def keep(message: EmailMessage) -> None:
        await catching.keep_mail(kernel, message)

    await see_to_catcher(settings.smtp_host, settings.smtp_port, keep)


def mail_server(settings: NotificationsSettings) -> MailServer:
    """The mail server of these settings; to this machine mail goes unencrypted unless told otherwise."""
    here = settings.smtp_host in LOOPBACK
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_sender,
        security=settings.smtp_security or ("none" if here else "starttls"),
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        only_here=settings.demo,
    )
