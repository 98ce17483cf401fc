"""What is asked on the way to a means test: a few questions a page, what may be answered, and what that comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.funding.domain.amounts import pence_or_nothing_from
from services.funding.domain.means import Household
from shared.kernel.money import Pence

Kind = Literal["choice", "number", "amount"]
Answers = Mapping[str, str]
MOST_CHILDREN = 20
YES_NO = (("yes", "Yes"), ("no", "No"))
PERIODS = (("week", "A week"), ("four-weeks", "4 weeks"), ("month", "A month"), ("year", "A year"))
TIMES_AND_MONTHS = {"week": (52, 12), "four-weeks": (13, 12), "month": (1, 1), "year": (1, 12)}
"""How often each period comes in how many months."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `say` is how it is asked aloud. With `only_with`, it is asked after a yes to that one."""

    key: str
    kind: Kind
    text: str
    say: str
    missing: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    only_with: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A few questions that belong together, and how somebody on the phone leads into them."""

    title: str
    say: str
    questions: tuple[Question, ...]


def _amount(key: str, text: str, say: str, hint: str = "", only_with: str = "") -> Question:
    missing = f"Enter an amount, or 0: {text[0].lower()}{text[1:].rstrip('?')}."
    return Question(key, "amount", text, say, missing, hint, only_with=only_with)


STEPS: tuple[Step, ...] = (
    Step(
        "Support you get",
        "First I ask whether you get certain benefits. If you do, that is already all I need.",
        (
            Question(
                "on_benefits",
                "choice",
                "Do you, or a partner you live with, get one of these?",
                "Do you, or a partner you live with, get Universal Credit, Income Support, income-based Jobseeker’s "
                "Allowance, income-related Employment and Support Allowance, or the guarantee part of Pension Credit?",
                "Say whether you get one of these.",
                "Universal Credit, Income Support, income-based Jobseeker’s Allowance, income-related Employment and "
                "Support Allowance, or Guarantee Credit (part of Pension Credit)",
                YES_NO,
            ),
        ),
    ),
    Step(
        "Your home",
        "Now who lives on the same money as you.",
        (
            Question(
                "partner", "choice", "Do you live with a partner?", "Do you live with a partner?",
                "Say whether you live with a partner.", "Somebody you share your money with", YES_NO,
            ),
            Question(
                "children", "number", "How many children do you look after at home?",
                "How many children do you look after at home?",
                "Enter how many children, or 0.", "Your own or your partner’s, as long as you pay for them",
            ),
        ),
    ),
    Step(
        "Money coming in",
        "Next, what comes in. A guess is all right.",
        (
            Question(
                "income_period", "choice", "These amounts are for", "Is it easier for you by the week, month or year?",
                "Choose what the amounts are for.", "", PERIODS,
            ),
            _amount("wages", "Your wages or earnings, before tax", "What do you earn, before tax?"),
            _amount(
                "benefits", "Benefits", "What do you get in benefits?",
                "Leave out Personal Independence Payment, Disability Living Allowance and Attendance Allowance",
            ),
            _amount("other_income", "Pensions and anything else", "Is there a pension, or anything else regular?"),
            _amount(
                "partner_income", "Your partner’s income, before tax", "And what does your partner have, before tax?",
                only_with="partner",
            ),
        ),
    ),
    Step(
        "Money going out",
        "Now what has to be paid first.",
        (
            Question(
                "outgoings_period", "choice", "These amounts are for", "By the week, month or year?",
                "Choose what the amounts are for.", "", PERIODS,
            ),
            _amount(
                "tax", "Tax and National Insurance", "What is taken off in tax and National Insurance?",
                "Of everybody whose income you have put down",
            ),
            _amount("housing", "Rent or mortgage", "What is your rent or mortgage?", "What you pay yourselves"),
            _amount("childcare", "Childcare", "What do you pay for childcare?"),
            _amount("maintenance", "Maintenance you pay", "Do you pay maintenance for a child or a former partner?"),
        ),
    ),
    Step(
        "Savings",
        "The last one.",
        (
            _amount(
                "savings", "What do you have in savings?", "What do you have in savings?",
                "Everything in accounts, with a partner’s. Leave out the home you live in, and a pension you cannot "
                "draw yet",
            ),
        ),
    ),
)  # fmt: skip


def steps_for(answers: Answers) -> tuple[Step, ...]:
    """The steps that are asked: after a yes to the first question, nothing more is."""
    return STEPS[:1] if answers.get("on_benefits") == "yes" else STEPS


def asked_in(step: Step, answers: Answers) -> tuple[Question, ...]:
    """The questions of a step that apply after what was said before."""
    return tuple(one for one in step.questions if not one.only_with or answers.get(one.only_with) == "yes")


def problems_in(step: Step, answers: Answers) -> dict[str, str]:
    """A sentence for each question of a step that has no answer, or one that cannot be."""
    found = {one.key: _problem(one, answers.get(one.key, "")) for one in asked_in(step, answers)}
    return {key: sentence for key, sentence in found.items() if sentence}


def next_step(answers: Answers) -> int | None:
    """The first step that is not answered yet, counted from 1; None where all are."""
    return next((at for at, step in enumerate(steps_for(answers), 1) if problems_in(step, answers)), None)


def household_from(answers: Answers) -> Household:
    """What complete answers come to in a month: income rounded down, outgoings up, in the client's favour."""
    if answers["on_benefits"] == "yes":
        return Household(on_benefits=True)
    times, months = TIMES_AND_MONTHS[answers["income_period"]]
    income = {
        key: Pence(_pence(answers, key) * times // months)
        for key in ("wages", "benefits", "other_income", "partner_income")
    }
    times, months = TIMES_AND_MONTHS[answers["outgoings_period"]]
    outgoings = {
        key: Pence(-(-_pence(answers, key) * times // months)) for key in ("tax", "housing", "childcare", "maintenance")
    }
    return Household(
        on_benefits=False,
        partner=answers["partner"] == "yes",
        children=int(answers["children"]),
        **income,
        **outgoings,
        savings=_pence(answers, "savings"),
    )


def _pence(answers: Answers, key: str) -> Pence:
    return pence_or_nothing_from(answers[key]) if answers.get(key) else Pence(0)


def _problem(question: Question, given: str) -> str:
    if not given:
        return question.missing
    if question.kind == "choice":
        return "" if given in dict(question.options) else "Choose one of the answers."
    if question.kind == "number":
        fits = given.isascii() and given.isdigit() and len(given) <= 3 and int(given) <= MOST_CHILDREN
        return "" if fits else f"Enter a whole number from 0 to {MOST_CHILDREN}."
    try:
        pence_or_nothing_from(given)
    except ValueError as error:
        return str(error)
    return ""
