"""A service starts only with complete and sensible settings, says what is wrong, and never shows a secret."""

import json
from collections.abc import Mapping
from typing import ClassVar

import pytest

from shared.kernel.ids import SERVICES, ServiceName
from shared.privacy import Keyring, new_secrets
from shared.settings import InvalidSettings, ServiceSettings

SECRETS = new_secrets(SERVICES)["matching"]
COMPLETE = SECRETS | {
    "STOPSO_DATABASE_URL": "postgresql://matching:SECRET@127.0.0.1:5432/matching",
    "STOPSO_BROKER_URL": "amqp://matching:SECRET@127.0.0.1:5672/stopso",
    "STOPSO_PORT": "8002",
    "STOPSO_PUBLIC_URLS": json.dumps({"matching": "http://localhost:8002/"}),
}
REQUIRED = sorted(COMPLETE)


class MatchingSettings(ServiceSettings):
    service: ClassVar[ServiceName] = "matching"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in new_secrets(["matching"]).values():
        for name in (*REQUIRED, *service, "STOPSO_HOST", "STOPSO_DEMO", "STOPSO_LOG_LEVEL"):
            monkeypatch.delenv(name, raising=False)


def read(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, str]) -> MatchingSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return MatchingSettings.read()


def advice(monkeypatch: pytest.MonkeyPatch, **changes: str) -> str:
    with pytest.raises(InvalidSettings) as refusal:
        read(monkeypatch, COMPLETE | changes)
    assert "SECRET" not in repr(refusal.value)
    assert refusal.value.__cause__ is None
    return refusal.value.advice


def test_complete_settings_are_read_with_safe_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, COMPLETE)

    assert (settings.host, settings.port, settings.demo, settings.batch_size) == ("127.0.0.1", 8002, False, 100)
    assert settings.public_url("matching") == "http://localhost:8002"
    assert settings.database_url.get_secret_value() == COMPLETE["STOPSO_DATABASE_URL"]


def test_the_keyring_is_the_services_own(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = read(monkeypatch, COMPLETE).keyring()

    assert isinstance(keys, Keyring)
    assert keys.service == "matching"
    assert keys.open_sealed(keys.seal(b"note", "matching", "e1"), "e1") == b"note"


@pytest.mark.parametrize("name", REQUIRED)
def test_every_required_setting_is_missed_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        read(monkeypatch, {key: value for key, value in COMPLETE.items() if key != name})

    assert refusal.value.problems == [f"{name}: Field required"]


def test_everything_missing_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        read(monkeypatch, {})

    assert sorted(problem.split(":")[0] for problem in refusal.value.problems) == REQUIRED


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("STOPSO_DATABASE_URL", "mysql://matching:SECRET@db/matching", "postgresql:// or postgres://"),
        ("STOPSO_BROKER_URL", "amqp:SECRET", "amqp:// or amqps://"),
        ("STOPSO_PORT", "SECRET", "STOPSO_PORT: Input should be a valid integer"),
        ("STOPSO_PORT", "70000", "less than or equal to 65535"),
        ("STOPSO_PUBLIC_URLS", "SECRET", "STOPSO_PUBLIC_URLS: must be a JSON object"),
        ("STOPSO_PUBLIC_URLS", '{"intake": "http://localhost:1"}', "the address of matching is missing"),
        ("STOPSO_PUBLIC_URLS", '{"matching": "http://refer.example"}', "must be https: matching"),
        ("STOPSO_LOG_LEVEL", "SECRET", "STOPSO_LOG_LEVEL: Input should be"),
        ("STOPSO_BATCH_SIZE", "0", "STOPSO_BATCH_SIZE"),
        ("STOPSO_PREFETCH", "99", "STOPSO_PREFETCH must be at least STOPSO_BATCH_SIZE"),
        ("STOPSO_POOL_MINIMUM", "11", "must not exceed"),
        ("STOPSO_FIELD_KEY", "SECRET!", "field_key: not base64"),
        ("STOPSO_SESSION_KEY", "U0VDUkVU", "session_key: must decode to 32 bytes"),
        ("STOPSO_PRIVATE_KEY", '{"d": "SECRET"}', "private_key: not an X25519 key"),
        ("STOPSO_PUBLIC_KEYS", "{}", "public_keys: the key of matching does not belong"),
    ],
)
def test_a_wrong_setting_is_explained_without_its_value(
    name: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert complaint in advice(monkeypatch, **{name: value})


def test_plain_http_in_public_is_allowed_in_demo_mode_only(monkeypatch: pytest.MonkeyPatch) -> None:
    public = {"STOPSO_PUBLIC_URLS": '{"matching": "http://refer.example"}'}

    assert read(monkeypatch, COMPLETE | public | {"STOPSO_DEMO": "true"}).demo
    secure = {"STOPSO_DEMO": "0", "STOPSO_PUBLIC_URLS": '{"matching": "https://refer.example"}'}
    assert read(monkeypatch, secure).public_url("matching") == "https://refer.example"


def test_settings_never_show_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, COMPLETE | {"STOPSO_LOG_LEVEL": "WARNING"})
    shown = f"{settings!r} {settings} {settings.model_dump()}"

    assert settings.log_level == "warning"
    for secret in ("SECRET", *(value for name, value in SECRETS.items() if name != "STOPSO_PUBLIC_KEYS")):
        assert secret not in shown
