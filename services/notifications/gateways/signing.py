"""Signs webhooks as the Standard Webhooks specification says (https://www.standardwebhooks.com, version 1)."""

import base64
import secrets
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"


def new_secret() -> str:
    """A fresh secret of 32 random bytes, in the form in which a funder is given it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def signed_headers(secret: str, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """The headers that prove who sent `body` and when; raises ValueError for a moment without zone or a dotted id.

    The library reads any moment as if it were UTC, and joins id, time and body by full stops: both are seen to here.
    """
    if now.tzinfo is None:
        raise ValueError("the moment of signing needs a zone")
    if not message_id or "." in message_id:
        raise ValueError("an id must not be empty or hold a full stop")
    moment = now.astimezone(UTC).replace(microsecond=0)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, moment, body),
    }
