"""Forms are data: who is asked which, and which files are refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.funding.domain.questionnaires import as_content, forms_for, questionnaire_from, questionnaires_in

MIGRATION = Path(__file__).parents[2] / "services/funding/migrations/0020_evaluations.sql"
ROW = re.compile(r"^    \('.*?', \d+, '(.*)'\)[,;]$", re.MULTILINE)
SHIPPED = [json.loads(found.replace("''", "'")) for found in ROW.findall(MIGRATION.read_text())]
ITEMS = [f"Item {n}" for n in range(1, 11)]
CORE: dict[str, Any] = {
    "code": "core-10", "version": 1, "title": "How you have been",
    "lead": "Over the last week", "notice": "© its owner",
    "measure": "core-10", "scale": ["a", "b", "c", "d", "e"], "items": ITEMS,
    "reversed": [2, 3], "risk_item": 6,
}  # fmt: skip


@pytest.mark.parametrize("content", SHIPPED, ids=lambda content: content["code"])
def test_what_ships_can_be_asked_and_kept(content: dict[str, Any]) -> None:
    form = questionnaire_from(content)

    assert questionnaire_from(as_content(form)) == form
    assert form.measure is None or "No permission required" in form.notice


def test_every_form_that_may_be_asked_ships_or_is_a_core_one() -> None:
    asked = {
        code
        for respondent in ("client", "therapist")
        for moment in ("start", "review", "end")
        for age in ("under-13", "13-17", "18-25", "26-64", "65-plus")
        for code in forms_for(respondent, moment, age, set())
    }

    assert asked == {content["code"] for content in SHIPPED}
    assert forms_for("client", "start", "26-64", {"core-10", "yp-core"}) == ("core-10", "about-you")
    assert forms_for("client", "end", "13-17", {"core-10", "yp-core"}) == ("yp-core", "your-hopes")


def test_a_core_file_is_taken_as_plain_items_with_one_scale() -> None:
    [form] = questionnaires_in(json.dumps([CORE]))

    assert [one.key for one in form.questions] == [str(n) for n in range(1, 11)]
    assert form.questions[9].options[4] == ("4", "e")
    assert form.notice == "© its owner"


@pytest.mark.parametrize(("change", "says"), [
    ({"items": ITEMS[:9]}, "10 items"), ({"scale": ["a", "b"]}, "from 0 to 4"),
    ({"measure": "ors"}, "no measure"),
    ({"code": "Core 10", "measure": None}, "code such as"),
    ({"title": ""}, "needs a title"), ({"version": 0}, "version"),
    ({"items": None}, "wrong kind"), ({"code": "phq-9"}, "10 items"),
    ({"reversed": [3, 5]}, r"reversed items \[2, 3\]"), ({"risk_item": None}, "risk item 6"),
])  # fmt: skip
def test_a_form_that_could_not_be_scored_is_refused_with_a_sentence(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        questionnaires_in(json.dumps([{**CORE, **change}]))


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", "[[]]", "nonsense"])
def test_a_file_that_is_no_list_of_forms_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        questionnaires_in(text)
