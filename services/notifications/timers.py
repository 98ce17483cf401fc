"""What notifications does because time passed: sends what is due, ages the board, and in demonstrations catches mail."""

import asyncio
from datetime import timedelta
from email.message import EmailMessage
from typing import cast

from services.notifications.gateways.catcher import catch_mail
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


@background(every=timedelta(seconds=10))
async def catch_demonstration_mail(kernel: Kernel) -> None:
    """In demonstrations, be the mail server ourselves, for as long as the process runs."""
    settings = cast("NotificationsSettings", kernel.settings)
    if not (settings.demo and settings.mail_catcher):
        return

    async def keep(message: EmailMessage) -> None:
        await catching.keep_mail(kernel, message)

    server = await catch_mail(settings.smtp_host, settings.smtp_port, keep)
    async with server:
        await asyncio.Event().wait()


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
