"""Matching starts with the charity's times, takes others, and refuses times that leave an offer without an end."""

import json
from datetime import timedelta

import pytest

from services.matching.settings import MatchingSettings
from shared.kernel.ids import SERVICES
from shared.privacy import new_secrets
from shared.settings import InvalidSettings
from tests.component.harness import MONDAY_MORNING

COMPLETE = new_secrets(SERVICES)["matching"] | {
    "STOPSO_DATABASE_URL": "postgresql://matching:x@127.0.0.1:5432/matching",
    "STOPSO_BROKER_URL": "amqp://matching:x@127.0.0.1:5672/stopso",
    "STOPSO_PORT": "8002",
    "STOPSO_PUBLIC_URLS": json.dumps({"matching": "http://localhost:8002/"}),
}


def read(monkeypatch: pytest.MonkeyPatch, **changes: str) -> MatchingSettings:
    for name, value in {**COMPLETE, **changes}.items():
        monkeypatch.setenv(name, value)
    return MatchingSettings.read()


def test_the_more_urgent_the_sooner_an_answer_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = read(monkeypatch).policy

    assert policy.reply_by("routine", MONDAY_MORNING) - MONDAY_MORNING == timedelta(hours=72)
    assert policy.reply_by("urgent", MONDAY_MORNING) - MONDAY_MORNING == timedelta(hours=24)
    assert policy.reply_by("immediate", MONDAY_MORNING) - MONDAY_MORNING == timedelta(hours=4)
    assert policy.remind_at(MONDAY_MORNING, policy.reply_by("urgent", MONDAY_MORNING)) - MONDAY_MORNING == timedelta(
        hours=12
    )
    assert policy.next_look_at(MONDAY_MORNING) - MONDAY_MORNING == timedelta(hours=24)


def test_other_times_are_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    hours = json.dumps({"routine": 48, "urgent": 8, "immediate": 1})

    policy = read(monkeypatch, STOPSO_REPLY_HOURS=hours, STOPSO_REMIND_AFTER_PERCENT="25").policy

    assert policy.remind_at(MONDAY_MORNING, policy.reply_by("routine", MONDAY_MORNING)) - MONDAY_MORNING == timedelta(
        hours=12
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STOPSO_REPLY_HOURS", '{"routine": 48}'),
        ("STOPSO_REPLY_HOURS", '{"routine": 48, "urgent": 0, "immediate": 1}'),
        ("STOPSO_REMIND_AFTER_PERCENT", "100"),
        ("STOPSO_LOOK_AGAIN_HOURS", "0"),
        ("STOPSO_SESSIONS_PLANNED", "0"),
    ],
)
def test_times_that_make_no_sense_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        read(monkeypatch, **{name: value})

    assert name in refusal.value.advice
