"""Keys are read from settings with clear refusals, can be replaced while both are in use, and never show themselves."""

import json

import pytest

from shared.privacy import CannotOpen, Keyring, UnusableKey, new_secrets

SERVICES = ["intake", "matching"]
OLD, NEW = new_secrets(SERVICES), new_secrets(SERVICES)


def load(values: dict[str, str], service: str = "matching", **changes: str | None) -> Keyring:
    arguments: dict[str, str | None] = {
        "private_key": values["STOPSO_PRIVATE_KEY"],
        "public_keys": values["STOPSO_PUBLIC_KEYS"],
        "field_key": values["STOPSO_FIELD_KEY"],
        "lookup_key": values["STOPSO_LOOKUP_KEY"],
    }
    return Keyring.load(service, **(arguments | changes))  # type: ignore[arg-type]


def test_a_block_sealed_before_the_key_was_replaced_still_opens_while_the_previous_key_is_kept() -> None:
    token = load(OLD["intake"], "intake").seal(b"private", "matching", "e1")
    rotating = load(NEW["matching"], previous_private_key=OLD["matching"]["STOPSO_PRIVATE_KEY"])

    assert rotating.open_sealed(token, "e1") == b"private"
    with pytest.raises(CannotOpen):
        load(NEW["matching"]).open_sealed(token, "e1")


def test_new_blocks_use_the_new_key_only() -> None:
    token = load(NEW["intake"], "intake", previous_private_key=OLD["intake"]["STOPSO_PRIVATE_KEY"]).seal(
        b"x", "matching", "e1"
    )

    assert load(NEW["matching"]).open_sealed(token, "e1") == b"x"
    with pytest.raises(CannotOpen):
        load(OLD["matching"]).open_sealed(token, "e1")


def test_a_look_up_finds_what_was_stored_under_the_previous_key() -> None:
    stored = load(OLD["matching"]).lookup_hash("receipt", "ABCD")
    rotating = load(NEW["matching"], previous_lookup_key=OLD["matching"]["STOPSO_LOOKUP_KEY"])

    assert rotating.lookup_hashes("receipt", "ABCD") == [rotating.lookup_hash("receipt", "ABCD"), stored]


def test_a_look_up_hash_depends_on_key_purpose_and_value() -> None:
    keys = load(OLD["matching"])

    assert keys.lookup_hash("receipt", "ABCD") == keys.lookup_hash("receipt", "ABCD")
    hashes = {
        keys.lookup_hash("receipt", "ABCD"),
        keys.lookup_hash("receipt", "ABCE"),
        keys.lookup_hash("duplicate", "ABCD"),
        keys.lookup_hash("receiptA", "BCD"),
        load(NEW["matching"]).lookup_hash("receipt", "ABCD"),
    }
    assert len(hashes) == 5


def test_every_service_has_its_own_secrets_and_shares_only_public_keys_and_the_session_key() -> None:
    for name in ("STOPSO_PRIVATE_KEY", "STOPSO_FIELD_KEY", "STOPSO_LOOKUP_KEY"):
        assert len({OLD[service][name] for service in SERVICES}) == len(SERVICES)
    for name in ("STOPSO_PUBLIC_KEYS", "STOPSO_SESSION_KEY"):
        assert len({OLD[service][name] for service in SERVICES}) == 1
    assert all("d" not in jwk for jwk in json.loads(OLD["intake"]["STOPSO_PUBLIC_KEYS"]).values())


EC_KEY = json.dumps({"kty": "EC", "crv": "P-256", "x": "SECRET", "y": "SECRET", "d": "SECRET"})
BAD_X = json.dumps({"kty": "OKP", "crv": "X25519", "x": "SECRET", "d": "SECRET"})


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"private_key": "SECRET"}, "private_key: not JSON"),
        ({"private_key": '["SECRET"]'}, "private_key: not a JSON object"),
        ({"private_key": EC_KEY}, "private_key: not an X25519 key"),
        ({"private_key": BAD_X}, "private_key: not a usable X25519 key"),
        (
            {"private_key": json.dumps(json.loads(OLD["matching"]["STOPSO_PUBLIC_KEYS"])["matching"])},
            "private part is missing",
        ),
        ({"private_key": NEW["matching"]["STOPSO_PRIVATE_KEY"]}, "does not belong to its private_key"),
        (
            {"public_keys": json.dumps({"matching": json.loads(OLD["matching"]["STOPSO_PRIVATE_KEY"])})},
            "holds a private key",
        ),
        ({"public_keys": "{}"}, "does not belong"),
        ({"field_key": "SECRET!"}, "field_key: not base64"),
        ({"field_key": "U0VDUkVU"}, "field_key: must decode to 32 bytes, not 6"),
        ({"previous_lookup_key": "U0VDUkVU"}, "previous_lookup_key: must decode to 32 bytes"),
    ],
)
def test_an_unusable_key_is_named_and_never_shown(changes: dict[str, str], complaint: str) -> None:
    with pytest.raises(UnusableKey) as refusal:
        load(OLD["matching"], **changes)

    assert complaint in str(refusal.value)
    assert "SECRET" not in str(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_a_keyring_never_shows_its_keys() -> None:
    keys = load(OLD["matching"])
    subject = keys.subject_key("referral", keys.new_subject_key("referral"))

    assert repr(keys) == "Keyring(service='matching')"
    assert repr(subject) == "SubjectKey(subject='referral')"
