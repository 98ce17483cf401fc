"""What we serve to browsers is ours or vendored unchanged, and asks nothing of anybody else."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from shared.web.static_files import FOLDER, static_address
from shared.web.templates import FOLDER as TEMPLATES
from tests.web_sample import browser, sample_web

FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".css", ".js"))


def test_vendored_files_are_the_ones_written_down() -> None:
    lines = (FOLDER / "vendor" / "CHECKSUMS.txt").read_text().splitlines()
    written = {name: checksum for checksum, name in (line.split() for line in lines)}
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in FILES if path.parent.name == "vendor"}
    assert found == written


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_loads_anything_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"url\(\s*['\"]?(?!data:)", text)
    assert "@import" not in text
    assert "@font-face" not in text
    assert "sourceMappingURL" not in text
    assert not re.search(r"(?:fetch|import)\(\s*['\"]https?:", text)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_what_the_policy_forbids(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=|hx-on|javascript:|\bjs:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href)=\"https?:", text)
    assert "| safe" not in text


async def test_a_file_asked_for_by_its_hash_is_kept_and_otherwise_checked_again() -> None:
    async with browser(sample_web()) as client:
        named = await client.get(static_address("tokens.css"))
        plain = await client.get("/static/tokens.css")
        stale = await client.get("/static/tokens.css?v=000000000000")
        missing = await client.get("/static/nothing.css?v=1")
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == stale.headers["cache-control"] == "no-cache"
    assert missing.status_code == 404
    assert named.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_is_not_there_is_noticed_when_the_page_is_made() -> None:
    with pytest.raises(FileNotFoundError):
        static_address("nothing.css")
