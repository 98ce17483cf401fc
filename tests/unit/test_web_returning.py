"""After signing in, people are sent only to our own pages."""

import pytest

from shared.web.returning import safe_return

OURS = frozenset({"http://localhost:8101", "https://stopso.example"})


@pytest.mark.parametrize(
    "address",
    [
        "/board",
        "/board?state=new&q=%2F%2Fx",
        "http://localhost:8101/triage",
        "https://stopso.example/funds?x=1#a",
        "https://STOPSO.example/funds",
    ],
)
def test_our_own_pages_are_kept(address: str) -> None:
    assert safe_return(address, OURS) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "board",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\n//evil.example",
        " https://stopso.example/",
        "https://evil.example/",
        "https://stopso.example.evil.example/",
        "https://stopso.example@evil.example/",
        "https://evil.example/https://stopso.example",
        "https:evil.example",
        "http://stopso.example/",
        "http://localhost:8102/",
        "javascript:alert(1)",
        "javascript://stopso.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://stopso.example/",
        "https://[",
        "/" + "x" * 3000,
    ],
)
def test_anything_else_is_refused(address: str) -> None:
    assert safe_return(address, OURS) is None
