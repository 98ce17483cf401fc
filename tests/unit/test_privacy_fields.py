"""Encrypted fields open in their own row and column only, and never again once the subject's key is gone."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.privacy import CannotOpen, Erased
from shared.privacy.fields import (
    BLOCK,
    SubjectKey,
    SymmetricKeys,
    new_subject_key,
    open_subject_key,
    rewrap_subject_key,
)
from shared.privacy.padding import pad, unpad

KEYS = SymmetricKeys(os.urandom(32))
COLUMN = "client.name"


def subject_key(subject: str = "r1") -> SubjectKey:
    return open_subject_key(KEYS, subject, new_subject_key(KEYS, subject))


def code_of(key: SubjectKey, column: str, ciphertext: bytes) -> str:
    with pytest.raises(CannotOpen) as refusal:
        key.decrypt(column, ciphertext)
    return refusal.value.code


@given(value=st.binary(max_size=500), column=st.text(max_size=40), subject=st.text(max_size=40))
def test_what_is_encrypted_decrypts_unchanged(value: bytes, column: str, subject: str) -> None:
    key = subject_key(subject)

    assert key.decrypt(column, key.encrypt(column, value)) == value


@given(value=st.text(max_size=200))
def test_text_decrypts_unchanged(value: str) -> None:
    key = subject_key()

    assert key.decrypt_text(COLUMN, key.encrypt_text(COLUMN, value)) == value


@given(content=st.binary(max_size=300), block=st.integers(1, 300))
def test_padding_comes_off_and_fills_whole_blocks(content: bytes, block: int) -> None:
    padded = pad(content, block)

    assert unpad(padded) == content
    assert len(padded) % block == 0
    assert 0 < len(padded) - len(content) <= block


@pytest.mark.parametrize("padded", [b"", b"\x00\x00", b"content", b"content\x80\x01"])
def test_missing_padding_is_refused(padded: bytes) -> None:
    with pytest.raises(CannotOpen):
        unpad(padded)


def test_a_value_moved_to_another_column_does_not_open() -> None:
    key = subject_key()

    assert code_of(key, "client.email", key.encrypt_text(COLUMN, "private")) == "field-not-authentic"


def test_column_and_subject_cannot_be_shifted_into_each_other() -> None:
    wrapped = new_subject_key(KEYS, "r1")
    raw = open_subject_key(KEYS, "r1", wrapped)
    shifted = SubjectKey("1", raw._key)

    assert code_of(shifted, "client.namer", raw.encrypt_text("client.name", "private")) == "field-not-authentic"


def test_a_value_moved_to_another_subject_does_not_open() -> None:
    assert (
        code_of(subject_key("r2"), COLUMN, subject_key("r1").encrypt_text(COLUMN, "private")) == "field-not-authentic"
    )


def test_a_wrapped_key_moved_to_another_subject_does_not_open() -> None:
    with pytest.raises(CannotOpen) as refusal:
        open_subject_key(KEYS, "r2", new_subject_key(KEYS, "r1"))

    assert refusal.value.code == "field-not-authentic"


@given(position=st.integers(min_value=0), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(position: int, bit: int) -> None:
    key = subject_key()
    changed = bytearray(key.encrypt_text(COLUMN, "private"))
    changed[position % len(changed)] ^= 1 << bit

    code_of(key, COLUMN, bytes(changed))


@given(length=st.integers(min_value=0, max_value=60))
def test_a_truncated_value_does_not_open(length: int) -> None:
    key = subject_key()
    ciphertext = key.encrypt_text(COLUMN, "private")

    assert length < len(ciphertext)
    code_of(key, COLUMN, ciphertext[:length])


def test_an_erased_subject_cannot_be_read() -> None:
    with pytest.raises(Erased) as refusal:
        open_subject_key(KEYS, "r1", None)

    assert refusal.value.code == "subject-erased"


def test_a_new_key_for_an_erased_subject_does_not_bring_anything_back() -> None:
    ciphertext = subject_key("r1").encrypt_text(COLUMN, "private")

    assert code_of(subject_key("r1"), COLUMN, ciphertext) == "field-not-authentic"


def test_another_field_key_opens_nothing() -> None:
    with pytest.raises(CannotOpen) as refusal:
        open_subject_key(SymmetricKeys(os.urandom(32)), "r1", new_subject_key(KEYS, "r1"))

    assert refusal.value.code == "subject-key-unknown"


def test_after_replacing_the_field_key_a_rewrapped_subject_key_opens_the_old_values_without_the_old_field_key() -> None:
    wrapped = new_subject_key(KEYS, "r1")
    ciphertext = open_subject_key(KEYS, "r1", wrapped).encrypt_text(COLUMN, "private")
    current = os.urandom(32)

    rewrapped = rewrap_subject_key(SymmetricKeys(current, (KEYS.current,)), "r1", wrapped)

    opened = open_subject_key(SymmetricKeys(current), "r1", rewrapped)
    assert opened.decrypt_text(COLUMN, ciphertext) == "private"


def test_short_values_have_the_same_length_and_no_two_are_alike() -> None:
    key = subject_key()
    ciphertexts = [key.encrypt_text(COLUMN, code) for code in ("client", "survivor", "survivor", "x" * (BLOCK - 1))]

    assert len(set(ciphertexts)) == 4
    assert len({len(one) for one in ciphertexts}) == 1


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SymmetricKeys(base64.b64decode("AAAA"))
