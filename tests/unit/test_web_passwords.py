"""A password that is stolen with the table of accounts takes long to guess."""

from argon2 import extract_parameters
from argon2.low_level import Type

from shared.web.passwords import hash_password


def test_passwords_are_kept_as_argon2id_hashes_that_cost_time_and_memory() -> None:
    found = extract_parameters(hash_password("correct horse battery"))

    assert found.type is Type.ID
    assert found.memory_cost >= 19 * 1024
    assert found.time_cost >= 2
