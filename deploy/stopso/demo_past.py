"""Two past quarters of one fictional fund with their reports: a charity that begins today has nothing to show."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.funding.domain.awards import Award
from services.funding.domain.choice import Part
from services.funding.domain.days import beginning_of
from services.funding.domain.evaluations import Course, Outcome, Result
from services.funding.domain.funds import Person
from services.funding.domain.referrals import Profile, Referral
from services.funding.domain.releases import Period
from services.funding.handlers.drawing import spend
from services.funding.handlers.money import Gift, receive_money
from services.funding.handlers.posting import move_all, reserve
from services.funding.handlers.reporting import publish_report
from services.funding.store import awards, courses, evaluations, referrals
from shared.kernel.ids import AwardId, FundId, MatchId, ReferralId, SessionId, TherapistId
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

PEOPLE = (34, 47)
"""In the quarter before last, and in the last one."""
FEE = Pence(45_00)
LABELS = {
    "group": (("thoughts", "images"), (4, 6)),
    "age": (("18-25", "26-64", "65-plus"), (5, 14, 2)),
    "gender": (("male", "female", "not-said"), (16, 4, 2)),
    "region": (("south-west", "wales", "london", "north-west", "scotland"), (6, 4, 4, 3, 1)),
    "source": (("self", "police", "gp", "probation", "prison"), (12, 4, 3, 2, 1)),
    "legal-stage": (("unknown-to-authorities", "investigated", "bail", "sentenced"), (8, 6, 3, 2)),
}
CHANGES = (("recovered", "improved", "unchanged", "deteriorated"), (8, 9, 7, 1))
HOPES = (("achieved", "partly", "not"), (8, 9, 3))


async def add_past(funding: Kernel, fund_id: FundId, draw: random.Random, today: date) -> None:
    """Fill the two quarters before this one, and publish a report of each."""
    for number, period in zip(PEOPLE, _quarters(today), strict=True):

        async def live(tx: Transaction, number: int = number, period: Period = period) -> None:
            await _fill(tx, fund_id, draw, period, number)
            await publish_report(tx, fund_id, period)

        await funding.perform(str(fund_id), live, actor="system")


async def _fill(tx: Transaction, fund_id: FundId, draw: random.Random, period: Period, number: int) -> None:
    sessions = [draw.randint(4, 8) for _ in range(number)]
    gift = Gift(fund_id, Pence(sum(sessions) * FEE + 400_00), f"grant {period.start}", period.start)
    await receive_money(_then(tx, period.start), gift)
    for planned in sessions:
        first = period.start + timedelta(days=draw.randrange((period.end - period.start).days - 62))
        await _help(tx, fund_id, draw, first, planned)


async def _help(tx: Transaction, fund_id: FundId, draw: random.Random, first: date, planned: int) -> None:
    then = _then(tx, first)
    referral_id, match_id = ReferralId(tx.new_id()), MatchId(tx.new_id())
    labels = {name: draw.choices(values, weights)[0] for name, (values, weights) in LABELS.items()}
    asked_at = then.now - timedelta(days=draw.choice((6, 9, 14, 20, 27, 38, 61)))
    person = Person("thoughts", "26-64", None)
    referral = Referral(referral_id, "suitable", "routine", asked_at, subsidy_agreed=True)
    await referrals.save_referral(tx.db, tx.keys, replace(referral, profile=Profile(person, "cannot-pay")))
    award = Award(AwardId(tx.new_id()), referral_id, match_id, "requested", FEE, planned, asked_at, waits_for="profile")
    await awards.add_award(tx.db, award)
    await reserve(then, award, [Part(fund_id, Pence(FEE * planned))])
    await move_all(then, award, "commit")
    course = Course(match_id, referral_id, TherapistId(tx.new_id()), then.now)
    await courses.add_course(tx.db, course)
    await courses.keep_labels(tx.db, tx.keys, match_id, referral_id, labels)
    for held in range(planned):
        day = first + timedelta(days=7 * held)
        session_id = SessionId(tx.new_id())
        await courses.add_session(tx.db, session_id, match_id, referral_id, day, held + 1)
        await spend(_then(tx, day), award, session_id)
    ended = _then(tx, first + timedelta(days=7 * planned))
    await courses.end_course(tx.db, match_id, ended.now, "completed")
    over = replace(award, state="finished", waits_for=None, contribution=Pence(0), accepted=True)
    await awards.save_award(tx.db, over, ended.now)
    if draw.random() < 0.8:
        change, hopes = draw.choices(*CHANGES)[0], draw.choices(*HOPES)[0]
        result = Result("phq-9", change, hopes)  # type: ignore[arg-type]
        scored_on = first + timedelta(days=7 * planned + 1)
        await evaluations.save_outcome(tx.db, tx.keys, Outcome(match_id, referral_id, scored_on, result))
    await referrals.save_referral(tx.db, tx.keys, replace(referral, standing="closed"))


def _then(tx: Transaction, day: date) -> Transaction:
    """The same transaction on a past day; what it would have told is dropped, because nobody else was there."""
    at: datetime = beginning_of(day) + timedelta(hours=10)
    return replace(tx, now=at, told=[], scheduled={})


def _quarters(today: date) -> tuple[Period, Period]:
    this = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last = _three_months_before(this)
    return Period(_three_months_before(last), last), Period(last, this)


def _three_months_before(day: date) -> date:
    return date(day.year - (day.month <= 3), (day.month - 4) % 12 + 1, 1)
