"""What people do at funding's own pages in the year: agree to large awards, ask for more sessions, answer forms."""

from uuid import UUID

from deploy.simulation.accounts.living import ROBIN, Living
from deploy.simulation.accounts.people import Person
from deploy.simulation.accounts.record import Answered
from services.funding.domain.vocabulary import StaffRole
from services.funding.handlers.answering import Sent, send_form
from services.funding.handlers.approving import approve
from services.funding.handlers.drawing import PAYS
from services.funding.handlers.topping import Wish, ask_for_more
from services.funding.store import approvals, awards, evaluations, questionnaires
from shared.events.funding import SubsidyApprovalWanted
from shared.kernel.ids import AdministrationId, MatchId
from shared.messaging.transaction import Transaction


async def agree(year: Living, wanted: SubsidyApprovalWanted) -> None:
    """Somebody else at each level says yes, where the question still stands."""

    async def work(tx: Transaction) -> None:
        proposal = await approvals.open_proposal(tx.db, wanted.award_id)
        if proposal is not None and proposal.state == "to-approve":
            roles: tuple[StaffRole, ...] = ("finance",)
            await approve(tx, proposal.proposal_id, wanted.level, roles)

    await year.act(wanted.referral_id, work, f"staff:{UUID(int=7 + wanted.level)}")


async def ask_more(year: Living, person: Person, match_id: MatchId) -> None:
    """A coordinator asks for two sessions more, where the award runs."""

    async def work(tx: Transaction) -> None:
        award = await awards.award_for_match(tx.db, match_id)
        runs = award is not None and award.state in PAYS and award.sessions <= 22
        if award is not None and runs and await approvals.open_proposal(tx.db, award.award_id) is None:
            await ask_for_more(tx, award.award_id, Wish(more=2))

    await year.act(person.client.referral_id, work, ROBIN)


async def answer(year: Living, person: Person, evaluation_id: AdministrationId) -> None:
    """The client answers every form that they are asked, unless nobody asks any more."""
    referral_id, luck = person.client.referral_id, person.luck
    forms: dict[str, dict[str, str]] = {}

    async def work(tx: Transaction) -> tuple[str, UUID] | None:
        forms.clear()
        asked = await evaluations.evaluation_by_id(tx.db, tx.keys, evaluation_id)
        if asked is None:
            return None
        worse = 1 if asked.moment == "start" else 0
        for at, part in enumerate(asked.parts, 1):
            form = await questionnaires.questionnaire(tx.db, part)
            given = {
                one.key: (luck.choice(one.options[worse:]) if form.measure else luck.choice(one.options))[0]
                for one in form.questions
            }
            if form.measure and asked.moment == "end" and luck.random() < 0.5:
                given = {one.key: one.options[0][0] for one in form.questions}
            if not isinstance(await send_form(tx, evaluation_id, at, given, skip=False), Sent):
                return None
            forms[part[0]] = given
        return asked.moment, asked.match_id

    done = await year.act(referral_id, work, "client")
    if done is not None:
        year.record.happened.append(Answered(year.clock.now(), done[1], referral_id, done[0], forms))
