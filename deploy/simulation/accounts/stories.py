"""What becomes of each client: a therapist is found, money granted or waited for, session by session, to the end."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID, uuid4

from deploy.simulation.accounts.desks import agree, answer, ask_more
from deploy.simulation.accounts.living import Living
from deploy.simulation.accounts.people import Person
from shared.events import Event
from shared.events.codes import CloseReason, ConsentPurpose
from shared.events.funding import EvaluationDue, SubsidyApprovalWanted, SubsidyGranted, SubsidyNotNeeded
from shared.events.intake import ConsentWithdrawn, ReferralClosed
from shared.events.matching import (
    OfferAccepted,
    OfferDeclined,
    SessionAttended,
    SessionCancelled,
    SessionMissed,
    TherapyEnded,
    TherapyStarted,
)
from shared.kernel.ids import MatchId, OfferId, SessionId, TherapistId

MOST_WEEKS = 16
WITHDRAWN: tuple[tuple[ConsentPurpose, float], ...] = (("subsidy", 0.04), ("statistics", 0.15), ("evaluation", 0.1))


def begin(year: Living) -> None:
    """Everybody comes on their day."""
    for person in year.people.values():
        year.later(person.client.day, partial(_arrive, year, person))


def follow(year: Living, told: Iterable[Event]) -> None:
    """Let matching, staff and clients do what they do when funding has told this."""
    for event in told:
        match event:
            case SubsidyGranted() | SubsidyNotNeeded():
                person = year.people[event.referral_id]
                if event.match_id == person.present and not (person.accepted or person.over):
                    year.later(person.luck.randint(1, 5), partial(_offer, year, person, event.match_id))
            case SubsidyApprovalWanted():
                year.later(1, partial(agree, year, event))
            case EvaluationDue(respondent="client", reminder=0):
                person = year.people[event.referral_id]
                if person.luck.random() < 0.75:
                    year.later(2, partial(answer, year, person, event.administration_id))
            case _:
                pass


async def _arrive(year: Living, person: Person) -> None:
    proposed_first = person.luck.random() < 0.2
    if proposed_first:
        _propose(year, person)
    year.hear(person.triaged(), person.profile())
    if not proposed_first:
        _propose(year, person)
    for purpose, likely in WITHDRAWN:
        if person.luck.random() < likely:
            year.later(person.luck.randint(5, 70), partial(_withdraw, year, person, purpose))
    year.later(person.client.gives_up - person.client.day, partial(_give_up, year, person))


def _propose(year: Living, person: Person) -> None:
    proposal = person.proposed(year.setup.therapists)
    person.therapist_id = proposal.therapist_id
    year.hear(proposal)


async def _offer(year: Living, person: Person, match_id: MatchId) -> None:
    """The therapist says yes; or no, and another is found; or nothing until the money goes to somebody else."""
    if person.over or person.accepted or match_id != person.present:
        return
    luck, offer_id = person.luck.random(), OfferId(uuid4())
    ids = {"match_id": match_id, "referral_id": person.client.referral_id, "therapist_id": person.therapist_id}
    if luck < 0.1:
        year.hear(OfferDeclined.model_validate({**ids, "offer_id": offer_id, "reason": "full"}))
        _propose(year, person)
    elif luck < 0.94:
        person.accepted = True
        year.hear(OfferAccepted.model_validate({**ids, "offer_id": offer_id}))
        year.later(7, partial(_begin_therapy, year, person, match_id))


async def _begin_therapy(year: Living, person: Person, match_id: MatchId) -> None:
    if person.over:
        return
    year.hear(TherapyStarted.model_validate(_ids(person, match_id)))
    weeks = min(person.client.weeks, MOST_WEEKS)
    for week in range(weeks):
        year.later(7 * week, partial(_session, year, person, match_id, SessionId(uuid4())))
    if person.luck.random() < 0.15:
        year.later(15, partial(ask_more, year, person, match_id))
    year.later(7 * weeks, partial(_end, year, person, match_id))


async def _session(year: Living, person: Person, match_id: MatchId, session_id: SessionId) -> None:
    """One session, and sometimes a correction a few days later, perhaps when the therapy is over already."""
    if person.over:
        return
    result = person.luck.choices(("attended", "missed", "cancelled"), (82, 10, 8))[0]
    _tell_session(year, person, match_id, session_id, result)
    if person.luck.random() < 0.08:
        other = person.luck.choice(("attended", "missed", "cancelled"))
        held_on = year.clock.now().date()
        days = person.luck.randint(2, 40)
        year.later(days, partial(_correct, year, person, match_id, session_id, other, held_on.toordinal()))


async def _correct(
    year: Living, person: Person, match_id: MatchId, session_id: SessionId, result: str, held_on: int
) -> None:
    _tell_session(year, person, match_id, session_id, result, held_on)


def _tell_session(
    year: Living, person: Person, match_id: MatchId, session_id: SessionId, result: str, held_on: int | None = None
) -> None:
    day = year.clock.now().date()
    ids = {**_ids(person, match_id), "session_id": session_id, "held_on": day.fromordinal(held_on) if held_on else day}
    if result == "attended":
        person.attended += 1
        year.hear(SessionAttended.model_validate({**ids, "number": person.attended}))
    elif result == "missed":
        year.hear(SessionMissed.model_validate(ids))
    else:
        del ids["held_on"]
        year.hear(SessionCancelled.model_validate({**ids, "by": "client"}))


async def _end(year: Living, person: Person, match_id: MatchId) -> None:
    if not person.over:
        early = person.client.weeks < 9
        outcome = "ended-early" if early else "completed"
        year.hear(TherapyEnded.model_validate({**_ids(person, match_id), "outcome": outcome}))
        year.later(1, partial(_close, year, person, "ended-early" if early else "completed"))


async def _close(year: Living, person: Person, reason: CloseReason) -> None:
    if not person.over:
        person.over = True
        year.hear(ReferralClosed(referral_id=person.client.referral_id, ended_by="client", reason=reason))


async def _give_up(year: Living, person: Person) -> None:
    if not person.accepted:
        await _close(year, person, "no-longer-wanted")


async def _withdraw(year: Living, person: Person, purpose: ConsentPurpose) -> None:
    if not person.over:
        year.hear(ConsentWithdrawn(referral_id=person.client.referral_id, purpose=purpose))


def _ids(person: Person, match_id: MatchId) -> dict[str, object]:
    therapist_id: TherapistId | UUID = person.therapist_id
    return {"match_id": match_id, "referral_id": person.client.referral_id, "therapist_id": therapist_id}
