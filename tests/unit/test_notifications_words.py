"""Every code and every fact has its words; mails have only harmless ones."""

import re
from typing import Any, get_args

import pytest
from jinja2 import Environment, meta

from deploy.stopso.documents import example
from services.notifications.domain import words
from services.notifications.domain.card import COLUMNS, DeadlineKind, Flag
from services.notifications.domain.delivery import PURPOSES, LetterPurpose, State
from services.notifications.domain.sentences import LINES, line_for
from services.notifications.handlers.letters import FOLDER, VARIABLES, letter_for
from shared.events import EVENTS, codes

REFERRAL_EVENTS = [event for event in EVENTS.values() if event.key == "referral_id"]
FORBIDDEN = re.compile(
    r"\b(sex\w*|offen[cds]\w*|abus\w*|victim\w*|surviv\w*|crim\w*|illegal|police|probation|court|prison|child\w*|therap\w*|referr\w*"
    r"|client\w*|patient\w*|safeguard\w*|concern\w*|risk\w*|danger\w*|harm\w*|image\w*|stopso|counsel\w*|treat\w*|session\w*"
    r"|subsid\w*|match\w*|urgent|charity|specialist\w*|help)\b",
    re.IGNORECASE,
)
TEMPLATES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("event", REFERRAL_EVENTS, ids=lambda event: event.__name__)
def test_every_event_of_a_referral_has_a_plain_sentence_and_an_actor(event: Any) -> None:
    details = event.model_validate(example(event)).model_dump(mode="json", exclude={"sealed"})

    line = line_for(event.type.rsplit(".", 1)[0], details)

    assert line.sentence.endswith(".")
    assert line.sentence[0].isupper()
    assert line.actor
    assert "{" not in line.sentence
    assert not re.search(r"[a-z]+-[a-z]+-?[a-z]*\.v\d|None", line.sentence)


def test_no_sentence_is_kept_for_an_event_that_is_gone() -> None:
    assert set(LINES) == {event.type.rsplit(".", 1)[0] for event in REFERRAL_EVENTS}


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (codes.ClientGroup, words.GROUPS),
        (codes.AgeBand, words.AGE_BANDS),
        (codes.Priority, words.PRIORITIES),
        (codes.Channel, words.CHANNELS),
        (codes.ReferralSource, words.SOURCES),
        (codes.TriageOutcome, words.OUTCOMES),
        (codes.CloseReason, words.CLOSE_REASONS),
        (codes.ConsentPurpose, words.PURPOSES),
        (codes.DeclineReason, words.DECLINES),
        (codes.MatchEnd, words.MATCH_ENDS),
        (DeadlineKind, words.DEADLINES),
        (Flag, words.FLAGS),
        (State, words.DELIVERY_STATES),
        (codes.LetterKind, dict.fromkeys(get_args(LetterPurpose))),
    ],
)
def test_every_code_has_its_words(known: Any, said: dict[str, Any]) -> None:
    assert set(get_args(known)) == set(said)


def test_every_reason_to_wait_has_its_words() -> None:
    assert set(get_args(codes.WaitReason)) == set(words.WAIT_REASONS)
    assert set(COLUMNS) == set(words.COLUMN_TITLES) == set(words.COLUMN_MEANINGS)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_mail_says_nothing_that_others_may_not_read(template: Any) -> None:
    text = template.read_text()
    used = meta.find_undeclared_variables(Environment(autoescape=True).parse(text))

    assert used <= VARIABLES
    assert FORBIDDEN.findall(re.sub(r"{[{%].*?[%}]}", "", text)) == []


def test_everything_that_is_delivered_has_a_name() -> None:
    assert set(PURPOSES) == set(words.TEMPLATES)


@pytest.mark.parametrize("purpose", [purpose for purpose in PURPOSES if purpose != "webhook"])
def test_a_mail_has_a_short_neutral_subject_and_the_link(purpose: Any) -> None:
    letter = letter_for(purpose, link="https://example.org/x", phone_number="0808 157 0000")

    assert 5 < len(letter.subject) < 60
    assert "https://example.org/x" in letter.text
    assert "\n" not in letter.subject


def test_the_list_of_forbidden_words_finds_some() -> None:
    assert FORBIDDEN.search("You are a victim")
    assert FORBIDDEN.search("your referral")
    assert not FORBIDDEN.search("Your message has arrived")
