"""Who has to agree to a sum of money for one client, and what must still be true when they do."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.funding.domain.awards import Award
from services.funding.domain.choice import Case, Part, most_from, reasons_against
from services.funding.domain.funds import Fund
from services.funding.domain.referrals import Referral
from services.funding.domain.vocabulary import StaffRole
from shared.kernel.ids import AwardId, FundId
from shared.kernel.money import Pence

ProposalKind = Literal["award", "top-up"]
ProposalState = Literal["waiting", "to-approve", "granted", "refused", "expired", "withdrawn"]
Preparation = Literal["contribution", "sessions", "fund", "top-up"]
Obstacle = Literal["not-suitable", "no-consent", "fund-does-not-fit", "cap-reached", "means-changed"]
OBSTACLE_WORDS: dict[Obstacle, str] = {
    "not-suitable": "the referral is no longer one that help is found for",
    "no-consent": "the client does not agree that a fund is asked",
    "fund-does-not-fit": "a fund that was to pay does not fit any more",
    "cap-reached": "a fund would give this client more than its terms allow",
    "means-changed": "what the client can pay has changed",
}


@dataclass(frozen=True, slots=True)
class Band:
    """All that one client gets, up to an amount (or without end): so many different people with such a role agree."""

    up_to: Pence | None
    approvers: int
    roles: frozenset[StaffRole]


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """From its first day on: who agrees to which sum. The last band has no end, and more money never needs fewer."""

    valid_from: date
    bands: tuple[Band, ...]

    def band_for(self, total: Pence) -> Band:
        """The band of a sum; an amount that is exactly the end of a band still belongs to it."""
        within = [band for band in self.bands if band.up_to is None or total <= band.up_to]
        return min(within, key=lambda band: (band.up_to is None, band.up_to or 0))

    def band_with_four_eyes(self, total: Pence) -> Band:
        """As `band_for`, but at least one person agrees, whatever the sum: for what staff decide by hand."""
        band = self.band_for(total)
        if band.approvers > 0:
            return band
        asking = [other for other in self.bands if other.approvers > 0]
        lowest = min(asking, key=lambda other: (other.up_to is None, other.up_to or 0), default=None)
        return Band(band.up_to, 1, lowest.roles if lowest else frozenset({"finance"}))


@dataclass(frozen=True, slots=True)
class Proposal:
    """An award, or more for one that runs, whose money is kept until as many have agreed as must."""

    proposal_id: UUID
    award_id: AwardId
    kind: ProposalKind
    state: ProposalState
    sessions: int
    contribution: Pence
    amount: Pence
    approvers: int
    roles: frozenset[StaffRole]
    prepared_by: str
    asked_at: datetime
    fund_id: FundId | None = None
    """The fund that staff chose instead of the rules."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a member of staff decided instead of leaving it to the rules: another fund, or only to put it forward."""

    actor: str
    fund_id: FundId | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NotEntitled:
    """This person may not decide about this; why, in a sentence for them."""

    code: Literal["role", "own-work", "twice"]
    sentence: str


def policy_on(policies: Iterable[ApprovalPolicy], day: date) -> ApprovalPolicy:
    """The policy of a day; raises ValueError before the first."""
    return max((one for one in policies if one.valid_from <= day), key=lambda one: one.valid_from)


def entitlement(
    proposal: Proposal,
    roles: Collection[StaffRole],
    actor: str,
    *,
    prepared: Collection[str],
    decided: Collection[str],
) -> NotEntitled | None:
    """Why this person may not decide, by the role they have and what they did before; None where they may."""
    if not proposal.roles & frozenset(roles):
        needed = " or ".join(sorted(proposal.roles))
        return NotEntitled("role", f"Your role does not allow you to decide about this sum: it needs {needed}.")
    if actor == proposal.prepared_by or actor in prepared:
        return NotEntitled("own-work", "You prepared this yourself, so somebody else has to decide about it.")
    if actor in decided:
        return NotEntitled("twice", "You have approved this already. The next approval has to be somebody else's.")
    return None


def obstacles(
    referral: Referral | None,
    award: Award,
    proposal: Proposal,
    *,
    own_share: Pence | None,
    held: Iterable[Part],
    funds: Mapping[FundId, Fund],
    given: Mapping[FundId, Pence],
    today: date,
) -> tuple[Obstacle, ...]:
    """What has changed since money was kept, so that it must not be given as it stands; empty where nothing has.

    `own_share` is what the client adds by what is known today (None where that is the whole fee), `held` what is kept
    for this proposal, and `given` what each fund has promised to or spent on the client, that included.
    """
    if referral is None or referral.standing != "suitable" or referral.profile is None:
        return ("not-suitable",)
    found: list[Obstacle] = []
    if not referral.subsidy_agreed:
        found.append("no-consent")
    if proposal.kind == "award" and own_share != proposal.contribution:
        found.append("means-changed")
    runs_until = award.valid_until if proposal.kind == "top-up" else None
    fee = award.session_fee if proposal.kind == "award" else award.fee
    covered = proposal.amount // max(1, fee - proposal.contribution)
    case = Case(referral.profile.person, covered, fee, proposal.contribution, runs_until=runs_until)
    paying = [(part, funds[part.fund_id]) for part in held]
    if any(reasons_against(fund, case, today) for _, fund in paying):
        found.append("fund-does-not-fit")
    if any(part.amount > most_from(fund, case) or _above_cap(fund, given) for part, fund in paying):
        found.append("cap-reached")
    return tuple(found)


def _above_cap(fund: Fund, given: Mapping[FundId, Pence]) -> bool:
    cap = fund.restrictions.cap_per_client
    return cap is not None and given.get(fund.fund_id, Pence(0)) > cap
