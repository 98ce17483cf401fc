"""JSON is taken only in the strict sense."""

import pytest

from shared.web.bodies import DEEPEST_JSON, NotStrictJson, strict_json
from tests.web_sample import browser, sample_web


@pytest.mark.parametrize(
    "body",
    [
        b'{"age": NaN}',
        b'{"age": Infinity}',
        b'{"age": -Infinity}',
        b'{"age": 1e999}',
        b'{"age": 1, "age": 2}',
        b'{"age": 1',
        b'{"age": 1} {}',
        b"{'age': 1}",
        b'{"age": "\xff"}',
        b"[" * (DEEPEST_JSON + 1) + b"]" * (DEEPEST_JSON + 1),
        b"[" * 200_000,
        b'{"a": ' * 200_000,
        b'"' + b'\\"' * 200_000,
        b"1" * 10_000,
        b'{"a": "\\u0000"}',
        b'{"a": "\\\\\\u0000"}',
    ],
    ids=[
        "nan",
        "infinity",
        "minus",
        "overflow",
        "repeated",
        "cut",
        "two",
        "quotes",
        "utf8",
        "deep",
        "deeper",
        "objects",
        "open",
        "digits",
        "zero byte",
        "zero byte after a backslash",
    ],
)
def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotStrictJson) as refusal:
        strict_json(body)
    assert "age" not in str(refusal.value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (
            b'{"text": "brackets [[[[[[[[[[[[[[[[[[[[[[[[[[[[ in a string \\" too"}',
            {"text": "brackets " + "[" * 28 + ' in a string " too'},
        ),
        (b"[" * DEEPEST_JSON + b"]" * DEEPEST_JSON, None),
        ('{"name": "Zoë"}'.encode(), {"name": "Zoë"}),
        (b'{"path": "C:\\\\u0000"}', {"path": "C:\\u0000"}),
        (b"[1.5, -2e3, true, null]", [1.5, -2000.0, True, None]),
    ],
)
def test_strict_json_is_read(body: bytes, value: object) -> None:
    read = strict_json(body)
    assert value is None or read == value


@pytest.mark.parametrize("address", ["/board?area=%00", "/a%00b"])
async def test_a_zero_byte_in_an_address_is_refused_before_it_reaches_a_page(address: str) -> None:
    async with browser(sample_web("intake"), "https://house.example") as client:
        assert (await client.get(address)).status_code == 400
        assert (await client.get("/nowhere")).status_code == 404
