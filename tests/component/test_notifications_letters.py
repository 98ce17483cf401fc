"""Letters to therapists, referees and supervisors: sent once, wiped, tried again, given up in sight."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications.domain.delivery import Failed, Refused
from services.notifications.handlers import desk
from shared.events.matching import LetterRequested
from shared.events.notifications import LetterGivenUp
from shared.events.sealed import Letter
from shared.kernel.errors import Conflict
from shared.kernel.ids import LetterId
from tests.component.notifications import Notifications, notifications_on
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers
LINK = "http://localhost:8002/portal/sign-in/secret-of-the-link"


@pytest.fixture
async def notifications(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Notifications]:
    async with notifications_on(database_for("notifications").application_dsn) as component:
        yield component


async def a_letter_of(notifications: Notifications, kind: str, link: str | None = LINK) -> LetterRequested:
    values = {"subject_id": uuid4(), "letter_id": LetterId(uuid4()), "kind": kind}
    wanted = LetterRequested.model_validate(values)
    sealed = Letter(email="someone@example.org", link=link)
    await notifications.hears(wanted, seal={"notifications": sealed})
    return wanted


async def test_a_letter_is_sent_once_and_its_address_and_link_are_kept_nowhere(notifications: Notifications) -> None:
    wanted = await a_letter_of(notifications, "reference-wanted")

    await notifications.sends()
    await notifications.sends()

    ((to, letter, message_id),) = notifications.post_box.sent
    (delivery,) = await notifications.deliveries()
    assert to == "someone@example.org"
    assert LINK in letter.text
    assert str(wanted.letter_id) in message_id
    assert (delivery["delivery_id"], delivery["state"], delivery["letter"]) == (wanted.letter_id, "sent", None)
    kept = str(await notifications.rows("SELECT * FROM happening")) + str({**delivery, "message_id": ""})
    assert "example.org" not in kept
    assert "secret-of-the-link" not in kept


async def test_a_letter_without_a_link_is_sent_without_one(notifications: Notifications) -> None:
    await a_letter_of(notifications, "capacity-stale", link=None)

    await notifications.sends()

    ((_, letter, _),) = notifications.post_box.sent
    assert "http" not in letter.text
    assert "None" not in letter.text


async def test_a_link_to_sign_in_is_not_sent_once_it_is_no_longer_good(notifications: Notifications) -> None:
    notifications.post_box.answers = [Failed("smtp-451")] * 50
    await a_letter_of(notifications, "sign-in")
    await notifications.sends()

    for _ in range(4):
        await notifications.lets_pass(timedelta(minutes=14))

    tried = len(notifications.post_box.sent)
    (delivery,) = await notifications.deliveries()
    assert (delivery["state"], delivery["reason"], delivery["letter"]) == ("suppressed", "link-over", None)
    await notifications.lets_pass(timedelta(days=1))
    assert len(notifications.post_box.sent) == tried


async def test_a_letter_that_cannot_be_delivered_is_told_by_its_kind(notifications: Notifications) -> None:
    notifications.post_box.answers = [Refused("address-refused")]
    wanted = await a_letter_of(notifications, "credential-warning")

    await notifications.sends()

    (told,) = await notifications.told(LetterGivenUp)
    assert (told.subject_id, told.letter_id, told.kind) == (wanted.subject_id, wanted.letter_id, "credential-warning")


async def test_a_letter_that_was_sent_cannot_be_sent_again_by_hand(notifications: Notifications) -> None:
    wanted = await a_letter_of(notifications, "documents-wanted")
    notifications.post_box.answers = [Refused("address-refused")]
    await notifications.sends()
    await notifications.perform("x", lambda tx: desk.try_again(wanted.letter_id, tx))
    await notifications.sends()

    assert len(notifications.post_box.sent) == 2
    with pytest.raises(Conflict):
        await notifications.perform("x", lambda tx: desk.try_again(wanted.letter_id, tx))
