"""The thresholds of means tests: those that ship as files, and the table of all that were ever taken in."""

from datetime import date
from pathlib import Path

from services.funding.domain.means_files import as_content, means_policy_from
from services.funding.domain.means_policy import MeansPolicy, policy_on
from shared.db import Connection
from shared.kernel.errors import Conflict

SHIPPED = Path(__file__).parents[1] / "policies"


def shipped_files() -> list[tuple[str, str]]:
    """The name and the text of each file that comes with the program, in the order of their days."""
    return [(path.name, path.read_text()) for path in sorted(SHIPPED.glob("means-*.toml"))]


async def means_policies(db: Connection) -> list[MeansPolicy]:
    """Every policy there was or will be, the first first."""
    rows = await db.fetch("SELECT content FROM means_policy ORDER BY valid_from")
    return [means_policy_from(row["content"]) for row in rows]


async def means_policy_on(db: Connection, day: date) -> MeansPolicy | None:
    """The policy that holds on a day; None before the first."""
    return policy_on(await means_policies(db), day)


async def add_means_policy(db: Connection, policy: MeansPolicy) -> bool:
    """Take in a policy; False where just this was there. Raises Conflict where another one holds from the same day."""
    added = await db.fetchval(
        "INSERT INTO means_policy (valid_from, content) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true",
        policy.valid_from,
        as_content(policy),
    )
    if added is None:
        known = await means_policy_on(db, policy.valid_from)
        if known != policy:
            raise Conflict(
                "thresholds-differ",
                f"Other thresholds hold from {policy.valid_from} already, and they never change: choose a later day.",
            )
    return added is not None
