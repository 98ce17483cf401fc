"""What pages read about approvals: what waits for somebody, and what was put forward and said for one award."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.funding.domain.approvals import Proposal
from services.funding.store.approvals import CHOSEN_BECAUSE, DECIDED_BECAUSE, Decided, proposal_from
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId
from shared.kernel.money import Pence
from shared.privacy import Keyring


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with its award as it is, the funds that keep money for it, and what was said about it."""

    proposal: Proposal
    referral_id: ReferralId
    session_fee: Pence
    agreed_fee: Pence | None
    sessions_now: int
    fund: str | None
    reason: str
    explanation: list[dict[str, object]]
    changed_at: datetime
    decided: tuple[Decided, ...] = ()

    @property
    def share(self) -> Pence:
        """What the charity is to pay for one session."""
        fee = (
            self.session_fee
            if self.proposal.kind == "award"
            else min(self.agreed_fee or self.session_fee, self.session_fee)
        )
        return Pence(fee - self.proposal.contribution)

    @property
    def level(self) -> int:
        """At which level somebody has to decide next."""
        return len(self.decided) + 1


async def count_to_approve(db: Connection) -> int:
    """How many wait for somebody to approve them."""
    number: int = await db.fetchval("SELECT count(*)::int FROM proposal WHERE state = 'to-approve'")
    return number


async def proposals_shown(db: Connection, keys: Keyring, award_id: UUID | None = None) -> list[Shown]:
    """All that wait for somebody, or all that was ever put forward for one award; the oldest first."""
    rows = await db.fetch(
        """
        SELECT proposal.*, award.referral_id, session_fee, agreed_fee, award.sessions AS sessions_now,
               fund.name AS fund, wrapped
          FROM proposal
          JOIN award USING (award_id)
          LEFT JOIN fund USING (fund_id)
          LEFT JOIN subject_key ON subject = referral_id::text
         WHERE CASE WHEN $1::uuid IS NULL THEN proposal.state = 'to-approve' ELSE award_id = $1 END
         ORDER BY asked_at, proposal_id
        """,
        award_id,
    )
    return [await _shown(db, keys, row) for row in rows]


async def _shown(db: Connection, keys: Keyring, row: Record) -> Shown:
    said = await db.fetch("SELECT * FROM approval WHERE proposal_id = $1 ORDER BY level", row["proposal_id"])
    return Shown(
        proposal=proposal_from(row),
        referral_id=row["referral_id"],
        session_fee=row["session_fee"],
        agreed_fee=row["agreed_fee"],
        sessions_now=row["sessions_now"],
        fund=row["fund"],
        reason=_opened(keys, row, CHOSEN_BECAUSE, row["reason"]),
        explanation=row["explanation"],
        changed_at=row["changed_at"],
        decided=tuple(
            Decided(
                one["level"],
                one["agreed"],
                one["actor"],
                one["decided_at"],
                _opened(keys, row, DECIDED_BECAUSE, one["reason"]),
            )
            for one in said
        ),
    )


def _opened(keys: Keyring, row: Record, column: str, sealed: bytes | None) -> str:
    if sealed is None or row["wrapped"] is None:
        return ""
    return keys.subject_key(str(row["referral_id"]), row["wrapped"]).decrypt_text(column, sealed)
