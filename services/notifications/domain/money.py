"""How the money stands for a referral's match, folded from what funding says in the order in which it says it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Money = Literal["none", "not-needed", "granted", "short", "released"]
Approval = Literal["none", "wanted", "refused"]


@dataclass(frozen=True, slots=True)
class FundingSays:
    """How the money stands for the latest match that funding spoke of."""

    sequence: int = 0
    money: Money = "none"
    match_id: str | None = None
    shortfall: int = 0
    approval: Approval = "none"
    """Whether somebody has to agree, or did not; what a client has already is not touched by either."""


def hear_of_money(now: FundingSays, kind: str, sequence: int, told: Mapping[str, Any]) -> FundingSays:
    """What funding says with one more fact; one that was heard before changes nothing."""
    if sequence <= now.sequence:
        return now
    now = replace(now, sequence=sequence)
    match kind:
        case "funding.subsidy-not-needed":
            return FundingSays(sequence, "not-needed", told["match_id"])
        case "funding.subsidy-granted":
            return FundingSays(sequence, "granted", told["match_id"])
        case "funding.subsidy-waitlisted":
            refused = now.match_id == told["match_id"] and now.approval == "refused"
            return FundingSays(
                sequence, "short", told["match_id"], told["shortfall"], approval="refused" if refused else "none"
            )
        case "funding.subsidy-released" if told["match_id"] == now.match_id:
            return FundingSays(sequence, "released", now.match_id)
        case _:
            return _approval(now, kind, told)


def _approval(now: FundingSays, kind: str, told: Mapping[str, Any]) -> FundingSays:
    same = told.get("match_id") == now.match_id
    match kind:
        case "funding.subsidy-approval-wanted" if same and now.money == "granted":
            return replace(now, approval="wanted")
        case "funding.subsidy-approval-wanted":
            return FundingSays(now.sequence, "none", told["match_id"], approval="wanted")
        case "funding.subsidy-approval-decided" if same:
            refused = not told["approved"] and now.money != "granted"
            return replace(now, approval="refused" if refused else "none")
        case "funding.subsidy-topped-up" if same:
            return replace(now, approval="none")
        case _:
            return now
