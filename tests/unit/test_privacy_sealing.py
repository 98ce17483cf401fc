"""Sealed blocks open for their recipient, as part of their event, unchanged; and in no other way."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OctKey, OKPKey
from pydantic import BaseModel, ConfigDict

from shared.privacy import CannotOpen, Keyring, UnusableKey, new_secrets
from shared.privacy.sealing import BLOCK, LARGEST, TooLarge, key_id

KEYS = Keyring.generate(["intake", "matching", "funding"])
INTAKE, MATCHING, FUNDING = (KEYS[service] for service in ("intake", "matching", "funding"))
EVENT = "01a2b3c4-0000-7000-8000-000000000001"


class Profile(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    age: int


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def code_of(token: str, bound_to: str = EVENT, keys: Keyring = MATCHING) -> str:
    with pytest.raises(CannotOpen) as refusal:
        keys.open_sealed(token, bound_to)
    return refusal.value.code


@given(content=st.binary(max_size=3000), event=st.text(min_size=1, max_size=60))
def test_what_is_sealed_opens_unchanged(content: bytes, event: str) -> None:
    assert MATCHING.open_sealed(INTAKE.seal(content, "matching", event), event) == content


def test_the_largest_content_opens_and_a_larger_one_is_refused_before_it_is_sent() -> None:
    content = b"x" * LARGEST
    assert MATCHING.open_sealed(INTAKE.seal(content, "matching", EVENT), EVENT) == content

    with pytest.raises(TooLarge):
        INTAKE.seal(content + b"x", "matching", EVENT)


def test_another_service_cannot_open_it_not_even_its_sender() -> None:
    token = INTAKE.seal(b"private", "matching", EVENT)

    assert code_of(token, keys=FUNDING) == "sealed-for-another-service"
    assert code_of(token, keys=INTAKE) == "sealed-for-another-service"


def test_a_block_moved_to_another_event_does_not_open() -> None:
    token = INTAKE.seal(b"private", "matching", EVENT)

    assert code_of(token, bound_to="01a2b3c4-0000-7000-8000-000000000002") == "sealed-for-another-event"


def test_a_forged_event_id_in_the_header_breaks_the_block() -> None:
    other = "01a2b3c4-0000-7000-8000-000000000002"
    header, *rest = INTAKE.seal(b"private", "matching", EVENT).split(".")
    forged = json.loads(decoded(header)) | {"apv": encoded(other.encode())}

    token = ".".join([encoded(json.dumps(forged).encode()), *rest])

    assert code_of(token, bound_to=other) == "sealed-not-authentic"


@given(part=st.sampled_from([2, 3, 4]), position=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(part: int, position: int, bit: int) -> None:
    parts = INTAKE.seal(b"private", "matching", EVENT).split(".")
    raw = bytearray(decoded(parts[part]))
    raw[position % len(raw)] ^= 1 << bit
    parts[part] = encoded(bytes(raw))

    assert code_of(".".join(parts)) == "sealed-not-authentic"


@given(kept=st.floats(min_value=0, max_value=1, exclude_max=True))
def test_a_truncated_block_does_not_open(kept: float) -> None:
    token = INTAKE.seal(b"private", "matching", EVENT)

    # The last character alone may carry no bits at all, so at least two go.
    code_of(token[: min(int(len(token) * kept), len(token) - 2)])


@given(token=st.text(max_size=300))
def test_nonsense_is_refused_in_the_same_way(token: str) -> None:
    code_of(token)


@given(
    epk=st.one_of(
        st.none(),
        st.integers(),
        st.text(max_size=20),
        st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "d"]), st.text(max_size=60)),
    )
)
def test_a_strange_ephemeral_key_is_refused_in_the_same_way(epk: object) -> None:
    header, *rest = INTAKE.seal(b"private", "matching", EVENT).split(".")
    forged = json.loads(decoded(header)) | {"epk": epk}

    assert code_of(".".join([encoded(json.dumps(forged).encode()), *rest])) == "sealed-not-authentic"


VALUES = new_secrets(["intake", "matching"])
LOADED = Keyring.load(
    "matching",
    private_key=VALUES["matching"]["STOPSO_PRIVATE_KEY"],
    public_keys=VALUES["matching"]["STOPSO_PUBLIC_KEYS"],
    field_key=VALUES["matching"]["STOPSO_FIELD_KEY"],
    lookup_key=VALUES["matching"]["STOPSO_LOOKUP_KEY"],
)


def public_of(service: str) -> OKPKey:
    return OKPKey.import_key(json.loads(VALUES[service]["STOPSO_PUBLIC_KEYS"])[service])


@pytest.mark.parametrize(
    ("algorithm", "encryption"),
    [
        ("ECDH-ES+A256KW", "A256GCM"),
        ("ECDH-ES+A128KW", "A128GCM"),
        ("ECDH-ES", "A128GCM"),
        ("ECDH-ES", "A256CBC-HS512"),
    ],
)
def test_a_valid_block_in_another_algorithm_is_refused(algorithm: str, encryption: str) -> None:
    key = public_of("matching")
    header = {"alg": algorithm, "enc": encryption, "kid": key_id(key), "apv": encoded(EVENT.encode())}
    token = jwe.encrypt_compact(header, b"private\x80", key, algorithms=[algorithm, encryption])

    assert code_of(token, keys=LOADED) == "sealed-algorithm-not-ours"


def test_the_public_key_used_as_a_shared_secret_is_refused() -> None:
    key = public_of("matching")
    secret = OctKey.import_key(decoded(str(key.as_dict(private=False)["x"])))
    header = {"alg": "dir", "enc": "A256GCM", "kid": key_id(key), "apv": encoded(EVENT.encode())}
    header |= {"epk": json.loads(decoded(INTAKE.seal(b"", "matching", EVENT).split(".")[0]))["epk"]}
    token = jwe.encrypt_compact(header, b"private\x80", secret, registry=jwe.JWERegistry(strict_check_header=False))

    assert code_of(token, keys=LOADED) == "sealed-algorithm-not-ours"


def test_a_compressed_block_is_refused() -> None:
    key = public_of("matching")
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF", "kid": key_id(key), "apv": encoded(EVENT.encode())}
    token = jwe.encrypt_compact(header, b"private\x80", key, algorithms=["ECDH-ES", "A256GCM", "DEF"])

    assert code_of(token, keys=LOADED) == "sealed-header-not-ours"


def test_the_length_tells_only_the_number_of_blocks() -> None:
    short, long = (INTAKE.seal(content, "matching", EVENT) for content in (b"self", b"x" * (BLOCK - 1)))

    assert len(short) == len(long)
    assert len(INTAKE.seal(b"x" * BLOCK, "matching", EVENT)) > len(long)


def test_the_content_appears_nowhere_in_the_block_nor_twice_the_same() -> None:
    tokens = {INTAKE.seal(b"MARKER-OF-A-PERSON", "matching", EVENT) for _ in range(3)}

    assert len(tokens) == 3
    assert all(b"MARKER" not in decoded(part) for token in tokens for part in token.split("."))


def test_a_model_opens_as_the_same_model() -> None:
    token = INTAKE.seal_model(Profile(age=41), "matching", EVENT)

    assert MATCHING.open_model(token, EVENT, Profile) == Profile(age=41)


def test_content_that_does_not_fit_the_model_is_refused_without_being_repeated() -> None:
    token = INTAKE.seal(b'{"age": "MARKER-OF-A-PERSON"}', "matching", EVENT)

    with pytest.raises(CannotOpen) as refusal:
        MATCHING.open_model(token, EVENT, Profile)

    error = refusal.value
    assert error.code == "sealed-content-does-not-fit"
    assert "MARKER" not in f"{error} {error!r} {error.sentence} {error.__cause__!r}"
    assert error.__suppress_context__


def test_nobody_can_be_sealed_for_who_has_no_key() -> None:
    with pytest.raises(UnusableKey, match="notifications"):
        INTAKE.seal(b"private", "notifications", EVENT)
