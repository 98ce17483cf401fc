"""What connects one client with another: names, ways to reach somebody and file numbers, each in one spelling.

Nothing of it is stored or sent: the handlers make keyed hashes of it at once. What it can find is what was written down
the same way twice; a nickname, a first name alone or a new number finds nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Scope = Literal["name", "phone", "email", "file"]
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "rev", "revd", "reverend"})
SHORTEST_NUMBER, SHORTEST_FILE = 9, 5
_WITHOUT_PLUS = re.compile(r"440?[1-9][0-9]{9}")
_WITHOUT_NOUGHT = re.compile(r"7[0-9]{9}")
"""A British mobile number from which a spreadsheet took the first digit."""
_YEAR = re.compile(r"[\s,(]+((?:19|20)[0-9]{2})\)?\s*\Z")


@dataclass(frozen=True, slots=True)
class Links:
    """What was said beside the request so that a conflict of interest can be noticed.

    `connected` are other people, each a full name (with the year of birth after it, if known), an address or a number;
    `files` are the numbers under which police, a court or a social service keep the matter or the household.
    """

    birth_year: int | None = None
    connected: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing in one spelling; `own` says that it is the client's own name, `year` tells people of a name apart."""

    scope: Scope
    value: str
    own: bool = False
    year: str = ""


def marks_of(name: str, addresses: tuple[str, ...], links: Links) -> tuple[Mark, ...]:
    """Everything that may connect this client with another, each once."""
    own = one_name(name)
    year = str(links.birth_year or "")
    found = [Mark("name", own, own=True, year=year)] if own else []
    found += [mark for text in (*addresses, *links.connected) for mark in _read(text)]
    found += [Mark("file", file) for file in map(one_file, links.files) if file]
    return tuple(dict.fromkeys(found))


def one_name(text: str) -> str:
    """First and last name without accents, titles and middle names, in the order of the alphabet; nothing for less."""
    before, _, after = text.partition(",")
    plain = unicodedata.normalize("NFKD", f"{after} {before}".casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’-.")
    words = [word for word in re.findall(r"[^\W\d_]+", letters) if word not in TITLES]
    return " ".join(sorted((words[0], words[-1]))) if len(words) > 1 else ""


def one_number(text: str) -> str:
    """A British number in its national form, another with its country; nothing for what is too short to be one."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.search(r"[^\W\d_]", plain):
        return ""
    digits = re.sub(r"[^0-9]", "", plain.replace("(0)", ""))
    if plain.startswith("+"):
        digits = f"00{digits}"
    if _WITHOUT_PLUS.fullmatch(digits):
        digits = f"00{digits}"
    if digits.startswith("0044"):
        digits = f"0{digits[4:].removeprefix('0')}"
    if _WITHOUT_NOUGHT.fullmatch(digits):
        digits = f"0{digits}"
    return digits if len(digits) >= SHORTEST_NUMBER else ""


def one_address(text: str) -> str:
    """A mail address in small letters, without what follows a plus sign."""
    local, at, domain = unicodedata.normalize("NFKC", text).strip().casefold().partition("@")
    return f"{local.partition('+')[0]}@{domain}" if at and local and domain else ""


def one_file(text: str) -> str:
    """A file's number, letters and digits alone; nothing for one so short that strangers would share it."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
    return plain if len(plain) >= SHORTEST_FILE else ""


def _read(text: str) -> list[Mark]:
    if address := one_address(text):
        return [Mark("email", address)]
    if number := one_number(text):
        return [Mark("phone", number)]
    year = _YEAR.search(text)
    name = one_name(text[: year.start()] if year else text)
    return [Mark("name", name, year=year[1] if year else "")] if name else []
